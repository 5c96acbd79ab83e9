// `--cache-from` and `--cache-to` in docker buildx's notation.
import type { CacheExport, CacheExportOptions, CacheImport } from '../../engine/index.ts'
import { fail, parseFields } from './build-fields.ts'

/** `REF[,REF…]`, `type=registry,ref=REF` or `type=local,src=DIR[,tag=TAG|,digest=DIGEST]`. */
export function parseCacheFrom(text: string): readonly CacheImport[] {
  const entry = readEntry(text, '--cache-from')
  if (entry.kind === 'references') return entry.references.map((ref) => ({ kind: 'registry', ref }))
  const { type, fields, get } = entry
  switch (type) {
    case 'registry':
      refuseOthers(fields, ['ref'], entry)
      return [{ kind: 'registry', ref: get('ref') }]
    case 'local':
      refuseOthers(fields, ['src', 'tag', 'digest'], entry)
      return [{ kind: 'local', directory: get('src'), tag: fields.get('tag'), digest: fields.get('digest') }]
    case 'inline':
      return fail(
        `--cache-from ${text}: an inline cache is read from its image`,
        'Write --cache-from type=registry,ref=IMAGE.',
      )
    default:
      return refuseType(text, '--cache-from', type)
  }
}

/** `REF[,REF…]`, `type=registry,ref=REF[,mode=…]`, `type=local,dest=DIR[,tag=TAG][,mode=…]` or `type=inline`. */
export function parseCacheTo(text: string): readonly CacheExport[] {
  const entry = readEntry(text, '--cache-to')
  if (entry.kind === 'references') return entry.references.map((ref) => ({ kind: 'registry', ref }))
  const { type, fields, get } = entry
  switch (type) {
    case 'registry':
      refuseOthers(fields, ['ref', ...exportFields], entry)
      return [{ kind: 'registry', ref: get('ref'), ...readExport(text, fields) }]
    case 'local':
      refuseOthers(fields, ['dest', 'tag', ...exportFields], entry)
      return [{ kind: 'local', directory: get('dest'), tag: fields.get('tag'), ...readExport(text, fields) }]
    case 'inline':
      // docker takes a mode here and writes the same cache for each
      refuseOthers(fields, ['mode'], entry)
      return [{ kind: 'inline' }]
    default:
      return refuseType(text, '--cache-to', type)
  }
}

type Fields = ReadonlyMap<string, string>

interface TypedEntry {
  readonly kind: 'typed'
  readonly text: string
  readonly flag: string
  readonly type: string
  readonly fields: Fields
  /** A field that must be there. */
  readonly get: (name: string) => string
}

function readEntry(
  text: string,
  flag: string,
): TypedEntry | { readonly kind: 'references'; readonly references: readonly string[] } {
  if (!text.includes('='))
    return { kind: 'references', references: text.split(',').filter((reference) => reference !== '') }
  const fields = parseFields(text, flag)
  const type = fields.get('type') ?? ''
  if (type === '') fail(`${flag} ${text}: there is no type`, kinds(flag))
  const get = (name: string): string =>
    fields.get(name) || fail(`${flag} ${text}: there is no ${name}`, kinds(flag))
  return { kind: 'typed', text, flag, type, fields, get }
}

const exportFields = [
  'mode',
  'compression',
  'compression-level',
  'force-compression',
  'ignore-error',
  'image-manifest',
  'oci-mediatypes',
]

function readExport(text: string, fields: Fields): CacheExportOptions {
  const mode = fields.get('mode') ?? 'min'
  if (mode !== 'min' && mode !== 'max') fail(`--cache-to ${text}: mode is min or max`)
  for (const name of ['image-manifest', 'oci-mediatypes'])
    if (!readSwitch(text, fields, name, true))
      fail(`--cache-to ${text}: a cache is always an OCI image manifest`, `Leave ${name} out.`)
  // every layer has the form that is asked for anyway
  readSwitch(text, fields, 'force-compression', false)
  return {
    mode,
    compression: readCompression(text, fields.get('compression')),
    level: readLevel(text, fields),
    ignoreError: readSwitch(text, fields, 'ignore-error', false),
  }
}

function readCompression(text: string, value: string | undefined): CacheExportOptions['compression'] {
  if (value === undefined || value === 'gzip' || value === 'zstd') return value
  if (value === 'uncompressed') return 'none'
  return fail(`--cache-to ${text}: compression is gzip, zstd or uncompressed`)
}

function readLevel(text: string, fields: Fields): number | undefined {
  const value = fields.get('compression-level')
  if (value === undefined) return undefined
  const most = fields.get('compression') === 'zstd' ? 22 : 9
  if (!/^\d{1,2}$/.test(value) || Number(value) > most)
    fail(`--cache-to ${text}: compression-level is a number from 0 to ${most}`)
  return Number(value)
}

function readSwitch(text: string, fields: Fields, name: string, otherwise: boolean): boolean {
  const value = fields.get(name)
  if (value === undefined) return otherwise
  if (/^(?:1|t|true)$/i.test(value)) return true
  if (/^(?:0|f|false)$/i.test(value)) return false
  return fail(`--cache-to ${text}: ${name} is true or false`)
}

function refuseOthers(fields: Fields, known: readonly string[], { text, flag, type }: TypedEntry): void {
  const other = [...fields.keys()].find((name) => name !== 'type' && !known.includes(name))
  if (other !== undefined)
    fail(`${flag} ${text}: type=${type} has no "${other}"`, `It has ${known.join(', ')}.`)
}

function refuseType(text: string, flag: string, type: string): never {
  return fail(`${flag} ${text}: type "${type}" is not offered`, kinds(flag))
}

function kinds(flag: string): string {
  return flag === '--cache-to'
    ? 'There are type=registry,ref=NAME, type=local,dest=DIR and type=inline.'
    : 'There are type=registry,ref=NAME and type=local,src=DIR.'
}
