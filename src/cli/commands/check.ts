// `peel build --check`: prints what the build checks found, as text, as docker's lint document or as SARIF.
import { printPlace } from '../../core/index.ts'
import type { BuildOptions, CheckReport, Engine } from '../../engine/index.ts'
import { writeJson } from '../listing.ts'
import type { Shell } from '../shell.ts'
import { sarifLog } from '../text/sarif.ts'
import { readVersion } from '../version.ts'
import { locationOf } from './call.ts'

export type CheckFormat = 'text' | 'json' | 'sarif'

/** Returns the exit status: 1 when there is something to tell, as docker has it. */
export async function runCheck(
  engine: Engine,
  options: BuildOptions,
  { shell, format }: { readonly shell: Shell; readonly format: CheckFormat },
): Promise<number> {
  const report = await engine.check(options, { signal: shell.signal, emit: () => {} })
  if (format === 'json') writeJson(shell, lintDocument(report))
  else if (format === 'sarif') writeJson(shell, sarifOf(report))
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

function sarifOf({ warnings }: CheckReport): object {
  return sarifLog(
    {
      rules: warnings.map(({ rule, description, url }) => ({ id: rule, about: description, url })),
      results: warnings.map(({ rule, message, place }) => {
        const { file, line: startLine, column: startColumn, endLine, endColumn } = place
        return {
          rule,
          level: 'warning',
          message,
          file,
          region: { startLine, startColumn, endLine, endColumn },
        }
      }),
    },
    readVersion(),
  )
}

/** The document of docker's `--call=check,format=json`. */
function lintDocument({ file, source, warnings, error }: CheckReport): object {
  return {
    warnings: warnings.map(({ rule, description, url, message, place }) => ({
      ruleName: rule,
      description,
      ...(url !== undefined && { url }),
      detail: message,
      location: locationOf(place),
    })),
    sources: [{ filename: file, language: 'Dockerfile', data: Buffer.from(source).toString('base64') }],
    ...(error !== undefined && { buildError: { message: error.message, location: locationOf(error.place) } }),
  }
}
