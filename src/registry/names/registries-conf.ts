// All files of registries.conf together: which places stand for a name, what a short name may mean, and where credentials are looked for.
import {
  Fault,
  parseExactReference,
  parseFetchReference,
  parseReference,
  printName,
  type Reference,
} from '../../core/index.ts'
import {
  type Location,
  type MirrorEntry,
  parseRegistriesConf,
  type RegistriesConf,
  type RegistryEntry,
  type ShortNameMode,
} from './conf.ts'
import { type ConfSearch, readConfFiles } from './conf-files.ts'
import { coveredBy, rewriteReference } from './rewrite.ts'
import { isShortName } from './short-names.ts'

/** A repository of a registry; without a path, the registry as a whole. */
export interface Name {
  readonly domain: string
  readonly path?: string | undefined
}

/** One place where a name is looked for. */
export interface Source {
  readonly name: Name
  readonly insecure: boolean
  readonly serves: MirrorEntry['serves']
  readonly mirror: boolean
}

/** What a name may stand for, in the order to try. */
export interface Meaning {
  /** With a tag or a digest each. */
  readonly references: readonly Reference[]
  /** What turned a short name into others: a file of the user. */
  readonly by?: { readonly kind: 'alias' | 'search'; readonly file: string } | undefined
}

export interface RegistriesConfs {
  /**
   * Where images of this name come from, the registry itself last. Faults with `registry.blocked`, and with `registry.config` where a
   * location makes no name of it.
   */
  sources(name: Name): readonly Source[]
  /** Faults with `reference.invalid`, also for a short name that may not be tried at several registries. */
  meaning(text: string): Meaning
  /** Programs that keep credentials, in their order; `containers-auth.json` stands for the files. */
  readonly helpers: readonly string[]
}

/** How `credential-helpers` names the files that credentials are in. */
export const authFiles = 'containers-auth.json'

/** Reads the files at once. Faults with `registry.config`. */
export function openRegistriesConf(search: ConfSearch): RegistriesConfs {
  const entries = new Map<string, RegistryEntry>()
  const aliases = new Map<string, { readonly target: string; readonly file: string }>()
  let searched: { readonly hosts: readonly string[]; readonly file: string } | undefined
  let mode: ShortNameMode = 'permissive'
  let helpers: readonly string[] = []
  const takeNames = ({ file, ...conf }: RegistriesConf): void => {
    for (const [name, target] of conf.aliases) aliases.set(name, { target, file })
    if (conf.search !== undefined) searched = { hosts: conf.search, file }
    mode = conf.mode ?? mode
  }
  for (const { file, text, own } of readConfFiles(search)) {
    const conf = parseRegistriesConf(text, file)
    for (const entry of conf.registries) entries.set(entry.prefix, entry)
    helpers = conf.helpers ?? helpers
    // What a distribution ships must not change what names mean: docs/decisions/short-names.md.
    if (own) takeNames(conf)
  }
  const find = ({ domain, path }: Name): RegistryEntry | undefined => {
    const name = path === undefined ? domain : `${domain}/${path}`
    return [...entries.values()]
      .filter(({ prefix }) => coveredBy(prefix, name) !== undefined)
      .reduce<RegistryEntry | undefined>(
        (best, one) => (best && !isCloser(one, best) ? best : one),
        undefined,
      )
  }
  return {
    helpers: helpers.length === 0 ? [authFiles] : helpers,
    sources(name) {
      const entry = find(name)
      if (entry === undefined) return [{ name, insecure: false, serves: 'all', mirror: false }]
      if (entry.blocked) throw blocked(name, entry)
      return sourcesOf(name, entry, find)
    },
    meaning(text) {
      const plain = parseFetchReference(text)
      if (!isShortName(text)) return { references: [plain] }
      const { tag, digest } = plain
      const alias = aliases.get(printName(parseExactReference(text)))
      if (alias !== undefined && alias.target !== '') {
        const { domain, path } = parseReference(alias.target)
        const by = { kind: 'alias', file: alias.file } as const
        return { references: [{ domain, path, tag, digest }], by }
      }
      if (searched === undefined) return { references: [plain] }
      const { hosts, file } = searched
      const references = hosts.map((host) => parseFetchReference(`${host}/${text}`))
      checkSearch(text, { references, mode, file })
      return { references, by: { kind: 'search', file } }
    },
  }
}

/** Mirrors that have an entry of their own which blocks them are left out; a location that has one is a fault. */
function sourcesOf(
  name: Name,
  entry: RegistryEntry,
  find: (name: Name) => RegistryEntry | undefined,
): readonly Source[] {
  const at = ({ location, insecure }: Location) => {
    const place = placeOf(name, entry, location)
    const there = find(place)
    return { place, there, insecure: insecure || there?.insecure === true }
  }
  const mirrors = name.path === undefined ? [] : entry.mirrors
  const own = at(entry)
  if (own.there?.blocked === true) throw blocked(own.place, own.there)
  return [
    ...mirrors.flatMap((mirror): readonly Source[] => {
      const { place, there, insecure } = at(mirror)
      return there?.blocked === true ? [] : [{ name: place, insecure, serves: mirror.serves, mirror: true }]
    }),
    { name: own.place, insecure: own.insecure, serves: 'all', mirror: false },
  ]
}

/** The longer prefix; of two that are as long, the one without a star. */
function isCloser(one: RegistryEntry, other: RegistryEntry): boolean {
  const longer = one.prefix.length - other.prefix.length
  return longer > 0 || (longer === 0 && other.prefix.startsWith('*.'))
}

/** A registry as a whole is asked where it says it is: only names of repositories are rewritten. */
function placeOf(name: Name, { prefix }: RegistryEntry, location: string): Name {
  if (name.path === undefined) return name
  const { domain, path } = rewriteReference({ domain: name.domain, path: name.path }, { prefix, location })
  return { domain, path }
}

function blocked({ domain, path }: Name, { where }: RegistryEntry): Fault {
  const name = path === undefined ? domain : `${domain}/${path}`
  return new Fault('registry.blocked', `${name} is blocked on this machine, by ${where}`, {
    hint: 'Whoever may change that file can take "blocked" out of it.',
  })
}

function checkSearch(
  text: string,
  {
    references,
    mode,
    file,
  }: { readonly references: readonly Reference[]; readonly mode: ShortNameMode; readonly file: string },
): void {
  if (references.length === 0)
    throw new Fault('reference.invalid', `"${text}" names no registry, and ${file} allows no short names`, {
      hint: `Write the registry before it, as in docker.io/library/${text}.`,
    })
  if (references.length < 2 || mode !== 'enforcing') return
  const choices = references.map(({ domain }) => `${domain}/${text}`).join(', ')
  throw new Fault(
    'reference.invalid',
    `"${text}" may be in several registries, and ${file} wants one chosen`,
    {
      hint: `Write one of ${choices}, or make an alias.`,
    },
  )
}
