// One file of the format of registries.conf, version 2 (containers-registries.conf(5)), read and checked: every fault names file and
// line. Version 1, which podman has given up, is understood where it stands alone. Keys that are not known are left alone.
import { isFault } from '../../core/index.ts'
import { parseToml, type TomlTable } from '../hosts/toml.ts'
import { openReader, type Reader } from './conf-reader.ts'
import { parseAliasTarget, parseShortName } from './short-names.ts'

export interface Location {
  /** `host[:port][/path]`; empty for "where the name says", which only entries for subdomains may be. */
  readonly location: string
  /** Plain HTTP and certificates of strangers are good enough. */
  readonly insecure: boolean
}

export interface MirrorEntry extends Location {
  /** Which images a mirror is asked for: all, or those wanted by digest or by tag only. */
  readonly serves: 'all' | 'digest' | 'tag'
}

/** A `[[registry]]`. */
export interface RegistryEntry extends Location {
  readonly prefix: string
  readonly blocked: boolean
  readonly mirrors: readonly MirrorEntry[]
  /** `file:line`, for messages. */
  readonly where: string
}

export const shortNameModes = ['disabled', 'permissive', 'enforcing'] as const
export type ShortNameMode = (typeof shortNameModes)[number]

/** What one file says; `undefined` is what it does not speak of. */
export interface RegistriesConf {
  readonly file: string
  /** Each prefix once. */
  readonly registries: readonly RegistryEntry[]
  readonly search: readonly string[] | undefined
  readonly helpers: readonly string[] | undefined
  readonly mode: ShortNameMode | undefined
  /** By short name; empty: the alias of an earlier file does not count any more. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Faults with `registry.config`. */
export function parseRegistriesConf(text: string, file: string): RegistriesConf {
  const document = parseToml(text, file)
  const { root } = document
  const read = openReader(document, file)
  const old = root.registries === undefined ? undefined : read.table(root, 'registries')
  if (old !== undefined) {
    const newer = ['registry', 'unqualified-search-registries', 'aliases'].find((key) => key in root)
    if (newer !== undefined)
      throw read.wrong(root, newer, `"${newer}" and the older [registries] cannot stand in one file`)
    return readOld(old, read, file)
  }
  const mode = read.text(root, 'short-name-mode')
  if (mode !== undefined && mode !== '' && !shortNameModes.includes(mode as ShortNameMode))
    throw read.wrong(root, 'short-name-mode', `"${mode}" is none of ${shortNameModes.join(', ')}`)
  return {
    file,
    registries: readRegistries(read.tables(root, 'registry'), read),
    search: readSearch(root, 'unqualified-search-registries', read),
    helpers: read.texts(root, 'credential-helpers'),
    mode: mode === '' ? undefined : (mode as ShortNameMode | undefined),
    aliases: readAliases(root, read),
  }
}

function readRegistries(tables: readonly TomlTable[], read: Reader): readonly RegistryEntry[] {
  const byPrefix = new Map<string, RegistryEntry>()
  const byPlace = new Map<string, RegistryEntry>()
  for (const table of tables) {
    const entry = readRegistry(table, read)
    const place = entry.location || entry.prefix
    const other = byPlace.get(place) ?? entry
    for (const key of ['insecure', 'blocked'] as const)
      if (other[key] !== entry[key])
        throw read.wrong(table, key, `"${key}" of ${place} is said to be ${other[key]} at ${other.where}`)
    byPlace.set(place, entry)
    if (!byPrefix.has(entry.prefix)) byPrefix.set(entry.prefix, entry)
  }
  return [...byPrefix.values()]
}

function readRegistry(table: TomlTable, read: Reader): RegistryEntry {
  const location = read.location(table, 'location')
  const given = read.location(table, 'prefix')
  const prefix = given || location
  if (prefix === '') throw read.wrong(table, '', 'this registry has neither "prefix" nor "location"')
  if (/\*/.test(prefix.replace(/^\*\./, '')) || /^\*\..*[/@:]/.test(prefix))
    throw read.wrong(table, 'prefix', `"${prefix}": a * stands only for subdomains, as in *.example.com`)
  if (location === '' && !prefix.startsWith('*.'))
    throw read.wrong(table, '', `the registry ${prefix} has no "location"`)
  if (table['pull-from-mirror'] !== undefined)
    throw read.wrong(table, 'pull-from-mirror', '"pull-from-mirror" is for a [[registry.mirror]]')
  const byDigest = read.flag(table, 'mirror-by-digest-only')
  return {
    prefix,
    location,
    insecure: read.flag(table, 'insecure'),
    blocked: read.flag(table, 'blocked'),
    mirrors: read.tables(table, 'mirror').map((mirror) => readMirror(mirror, byDigest, read)),
    where: read.where(table, ''),
  }
}

const serving: Readonly<Record<string, MirrorEntry['serves']>> = {
  '': 'all',
  all: 'all',
  'digest-only': 'digest',
  'tag-only': 'tag',
}

function readMirror(table: TomlTable, byDigest: boolean, read: Reader): MirrorEntry {
  const location = read.location(table, 'location')
  if (location === '') throw read.wrong(table, '', 'this mirror has no "location"')
  const from = read.text(table, 'pull-from-mirror') ?? ''
  if (byDigest && from !== '')
    throw read.wrong(
      table,
      'pull-from-mirror',
      '"pull-from-mirror" and the registry\'s "mirror-by-digest-only" exclude each other',
    )
  const serves = Object.hasOwn(serving, from) ? serving[from] : undefined
  if (serves === undefined)
    throw read.wrong(table, 'pull-from-mirror', `"${from}" is none of all, digest-only, tag-only`)
  return { location, insecure: read.flag(table, 'insecure'), serves: byDigest ? 'digest' : serves }
}

const hostGrammar = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::\d+)?$/

function readSearch(table: TomlTable, key: string, read: Reader): readonly string[] | undefined {
  return read.texts(table, key)?.map((entry) => {
    const host = read.trimmed(table, key, entry)
    if (hostGrammar.test(host)) return host
    throw read.wrong(table, key, `"${entry}" is no registry such as example.com:5000`)
  })
}

function readAliases(root: TomlTable, read: Reader): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>()
  const table = root.aliases === undefined ? {} : read.table(root, 'aliases')
  for (const name of Object.keys(table)) {
    const target = read.text(table, name) ?? ''
    try {
      const short = parseShortName(name)
      if (target !== '') parseAliasTarget(target)
      aliases.set(short, target)
    } catch (thrown) {
      throw isFault(thrown) ? read.wrong(table, name, thrown.message) : thrown
    }
  }
  return aliases
}

/** Version 1: lists of registries by what is said of them. */
function readOld(old: TomlTable, read: Reader, file: string): RegistriesConf {
  const listed = (kind: string): readonly string[] => {
    const table = old[kind] === undefined ? {} : read.table(old, kind)
    return (read.texts(table, 'registries') ?? []).map((one) => read.trimmed(table, 'registries', one))
  }
  const [insecure, blocked] = [listed('insecure'), listed('block')]
  const where = read.where(old, '')
  const registries = [...new Set([...blocked, ...insecure])].map((location) => ({
    prefix: location,
    location,
    insecure: insecure.includes(location),
    blocked: blocked.includes(location),
    mirrors: [],
    where,
  }))
  const searched = old.search === undefined ? undefined : read.table(old, 'search')
  const search = searched === undefined ? undefined : readSearch(searched, 'registries', read)
  return { file, registries, search, helpers: undefined, mode: undefined, aliases: new Map() }
}
