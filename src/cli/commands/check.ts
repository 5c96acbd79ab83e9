// `peel build --check`: prints what the build checks found, as text, as docker's lint document or as SARIF.
import { printPlace } from '../../core/index.ts'
import type { BuildOptions, CheckReport, Engine } from '../../engine/index.ts'
import { writeJson } from '../listing.ts'
import type { Shell } from '../shell.ts'
import { printSarif } from '../text/sarif.ts'
import { readVersion } from '../version.ts'
import type { BuildFlags } from './build-flags.ts'
import { fail } from './build-options.ts'

export type CheckFormat = 'text' | 'json' | 'sarif'

/** How to print the checks, or `undefined` when a build is wanted. Faults with `usage.invalid`. */
export function checkFormat(flags: BuildFlags & { readonly json: boolean }): CheckFormat | undefined {
  const [call = 'build', ...fields] = (flags.call ?? (flags.check ? 'check' : 'build')).split(',')
  if (call !== 'check' && call !== 'lint' && call !== 'build')
    fail(`--call ${call} is not offered`, 'There are build and check.')
  if (call === 'build' && !flags.check) {
    if (flags.format !== undefined) fail('--format is for --check')
    return undefined
  }
  let format: CheckFormat = flags.format ?? (flags.json ? 'json' : 'text')
  for (const field of fields) {
    const value = /^format=(text|json|sarif)$/.exec(field)?.[1] as CheckFormat | undefined
    format = value ?? fail(`--call ${flags.call}: "${field}" is not format=text, json or sarif`)
  }
  return format
}

/** Returns the exit status: 1 when there is something to tell, as docker has it. */
export async function runCheck(
  engine: Engine,
  options: BuildOptions,
  { shell, format }: { readonly shell: Shell; readonly format: CheckFormat },
): Promise<number> {
  const report = await engine.check(options, { signal: shell.signal, emit: () => {} })
  if (format === 'json') writeJson(shell, lintDocument(report))
  else if (format === 'sarif') writeJson(shell, printSarif(report, readVersion()))
  else shell.out.write(printReport(report))
  if (format === 'sarif' && report.error !== undefined) shell.err.write(printError(report))
  return report.warnings.length > 0 || report.error !== undefined ? 1 : 0
}

function printReport(report: CheckReport): string {
  const { warnings, source, error } = report
  const count = warnings.length
  const summary =
    count === 0
      ? 'Check complete, no warnings found.\n'
      : `Check complete, ${count} warning${count === 1 ? ' has' : 's have'} been found!\n`
  const blocks = warnings.map(({ rule, url, message, place }) => {
    const title = url === undefined ? rule : `${rule} - ${url}`
    return `\nWARNING: ${title}\n${message}\n${printPlace(place, source)}\n`
  })
  return `${error !== undefined && count === 0 ? '' : summary}${blocks.join('')}${printError(report)}`
}

function printError({ error, source }: CheckReport): string {
  if (error === undefined) return ''
  const shown = error.place === undefined ? '' : `${printPlace(error.place, source)}\n`
  return `\nERROR: ${error.message}\n${shown}${error.hint === undefined ? '' : `${error.hint}\n`}`
}

/** The document of docker's `--call=check,format=json`: lines without columns, the Dockerfile in base64. */
function lintDocument({ file, source, warnings, error }: CheckReport): object {
  const locate = (place: { readonly line: number; readonly endLine: number } | undefined): object => ({
    ...(place !== undefined && {
      ranges: [{ start: { line: place.line }, end: { line: place.endLine } }],
    }),
  })
  return {
    warnings: warnings.map(({ rule, description, url, message, place }) => ({
      ruleName: rule,
      description,
      ...(url !== undefined && { url }),
      detail: message,
      location: locate(place),
    })),
    sources: [{ filename: file, language: 'Dockerfile', data: Buffer.from(source).toString('base64') }],
    ...(error !== undefined && { buildError: { message: error.message, location: locate(error.place) } }),
  }
}
