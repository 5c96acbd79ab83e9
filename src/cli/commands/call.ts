// `peel build --call`: what to do in place of a build, in docker's words and documents: check, outline, targets.
import type { BuildOptions, Engine, OutlineReport, TargetReport } from '../../engine/index.ts'
import { writeJson } from '../listing.ts'
import type { Shell } from '../shell.ts'
import { printTable } from '../text/table.ts'
import { fail } from './build-fields.ts'
import type { BuildFlags } from './build-flags.ts'

/** `build` is the absence of any other call. */
export type Call =
  | { readonly kind: 'build' }
  | { readonly kind: 'check'; readonly format: 'text' | 'json' | 'sarif' }
  | { readonly kind: 'outline' | 'targets'; readonly format: 'text' | 'json' }

/** Reads `--call`, `--check`, `--format` and `--json`. Faults with `usage.invalid`. */
export function readCall(flags: BuildFlags & { readonly json: boolean }): Call {
  const [asked = 'build', ...fields] = (flags.call ?? (flags.check ? 'check' : 'build')).split(',')
  const kind = flags.check || asked === 'lint' ? 'check' : asked
  if (kind !== 'check' && kind !== 'outline' && kind !== 'targets' && kind !== 'build')
    fail(`--call ${asked} is not offered`, 'There are build, check, outline and targets.')
  if (kind === 'build') {
    if (flags.format !== undefined) fail('--format is for --check and --call')
    return { kind }
  }
  let format = flags.format ?? (flags.json ? 'json' : 'text')
  for (const field of fields)
    switch (field) {
      case 'format=text':
      case 'format=json':
      case 'format=sarif':
        format = field.slice('format='.length) as typeof format
        break
      default:
        fail(`--call ${flags.call}: "${field}" is not format=text, json or sarif`)
    }
  if (kind === 'check') return { kind, format }
  if (format === 'sarif') return fail(`--call ${kind} has no SARIF form`, 'There are text and json.')
  return { kind, format }
}

/** Prints the outline or the targets. */
export async function runCall(
  engine: Engine,
  options: BuildOptions,
  { shell, call }: { readonly shell: Shell; readonly call: Extract<Call, { kind: 'outline' | 'targets' }> },
): Promise<number> {
  const ctx = { signal: shell.signal, emit: () => {} }
  const { kind, format } = call
  if (kind === 'outline') {
    const report = await engine.outline(options, ctx)
    if (format === 'json') writeJson(shell, outlineDocument(report))
    else shell.out.write(printOutline(report))
  } else {
    const report = await engine.targets(options, ctx)
    if (format === 'json') writeJson(shell, targetsDocument(report))
    else shell.out.write(printTargets(report))
  }
  return 0
}

/** A place in docker's documents: lines without columns. */
export function locationOf(place: { readonly line: number; readonly endLine: number } | undefined): object {
  return {
    ...(place !== undefined && { ranges: [{ start: { line: place.line }, end: { line: place.endLine } }] }),
  }
}

function printOutline({ name, description, args, secrets, ssh }: OutlineReport): string {
  const head = [
    ...(name === undefined && description === undefined ? [] : [['TARGET:', name ?? '(default)']]),
    ...(description === undefined ? [] : [['DESCRIPTION:', description]]),
  ]
  const needs = (title: string, list: OutlineReport['secrets']) =>
    list.map(({ name, required }, at) => [
      ...(at === 0 ? [[title, 'REQUIRED']] : []),
      [name, required ? 'true' : ''],
    ])
  const tables = [
    head,
    args.length === 0
      ? []
      : [
          ['BUILD ARG', 'VALUE', 'DESCRIPTION'],
          ...args.map(({ name, value = '', description = '' }) => [name, value, description]),
        ],
    needs('SECRET', secrets).flat(),
    needs('SSH', ssh).flat(),
  ]
  return tables
    .filter((rows) => rows.length > 0)
    .map(printTable)
    .join('\n')
}

function printTargets({ targets }: TargetReport): string {
  return printTable([
    ['TARGET', 'DESCRIPTION'],
    ...targets.map(({ name = '', isDefault, description = '' }) => [
      isDefault ? `${name} (default)`.trim() : name,
      description,
    ]),
  ])
}

function outlineDocument({ name, description, args, secrets, ssh, source }: OutlineReport): object {
  const needs = (list: OutlineReport['secrets']) =>
    list.length === 0
      ? undefined
      : list.map(({ name, required, place }) => ({
          name,
          ...(required && { required }),
          location: locationOf(place),
        }))
  return {
    name,
    description,
    args:
      args.length === 0
        ? undefined
        : args.map(({ name, value, description, place }) => ({
            name,
            description,
            value: value === '' ? undefined : value,
            location: locationOf(place),
          })),
    secrets: needs(secrets),
    ssh: needs(ssh),
    sources: [Buffer.from(source).toString('base64')],
  }
}

function targetsDocument({ targets, source }: TargetReport): object {
  return {
    targets: targets.map(({ name, isDefault, description, base, platform, place }) => ({
      name,
      ...(isDefault && { default: true }),
      description,
      base,
      platform,
      location: locationOf(place),
    })),
    sources: [Buffer.from(source).toString('base64')],
  }
}
