// Image references, to the letter of distribution/reference: `[domain[:port]/]path[:tag][@digest]`. What surprises: `foo/bar` is
// a repository on docker.io, yet `Foo/bar`, `foo.io/bar` and `localhost/bar` name registries.
import { type Digest, parseDigest } from './digest.ts'
import { Fault, isFault } from './fault.ts'
import { compileGlob } from './glob.ts'

/** The domain is empty only where `parseExactReference` read a name without one. */
export interface Reference {
  readonly domain: string
  readonly path: string
  readonly tag?: string
  readonly digest?: Digest
}

const defaultDomain = 'docker.io'
const legacyDomain = 'index.docker.io'
const officialPrefix = 'library/'
const pathLimit = 255

const component = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domainPattern = `(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const pathPattern = `${pathComponent}(?:/${pathComponent})*`
const tagPattern = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const digestPattern = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const grammar = new RegExp(
  `^(?:(${domainPattern})/)?(${pathPattern})(?::(${tagPattern}))?(?:@(${digestPattern}))?$`,
)
const tagGrammar = new RegExp(`^${tagPattern}$`)
const imageId = /^[a-f0-9]{64}$/

/** Reads a reference as docker does: `busybox` is `docker.io/library/busybox`. No tag is added. Faults with `reference.invalid`. */
export function parseReference(text: string): Reference {
  if (imageId.test(text))
    throw invalid(text, '64 hex digits are an image id, not a name', `write sha256:${text} to mean the image`)
  const [domain, rest] = splitDomain(text)
  const name = rest.split(/[:@]/, 1)[0] ?? ''
  if (name !== name.toLowerCase())
    throw invalid(text, `the repository name "${name}" must be lower case`, `write ${text.toLowerCase()}`)
  return parse(`${domain}/${rest}`, text)
}

/** Reads a reference by the bare grammar: nothing is completed, so the domain may be empty. Faults with `reference.invalid`. */
export function parseExactReference(text: string): Reference {
  return parse(text, text)
}

/** Reads what a user may call an image by: a digest, a full image id (64 hex digits), or a reference. */
export function parseAnyReference(text: string): Reference | Digest {
  if (imageId.test(text)) return parseDigest(`sha256:${text}`)
  try {
    return parseDigest(text)
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return parseReference(text)
  }
}

/** Reads a reference to fetch: `latest` where it names no tag or digest; beside a digest a tag is dropped. */
export function parseFetchReference(text: string): Reference {
  const { domain, path, tag, digest } = parseReference(text)
  return digest === undefined ? { domain, path, tag: tag ?? 'latest' } : { domain, path, digest }
}

/** The same image with the tag `latest` if it had neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined
    ? { ...reference, tag: 'latest' }
    : reference
}

/** The same repository with another tag; faults with `reference.invalid`. */
export function withTag(reference: Reference, tag: string): Reference {
  if (!tagGrammar.test(tag))
    throw invalid(tag, 'a tag has 1 to 128 letters, digits, "_", "." or "-", and starts with no "." or "-"')
  return { ...reference, tag }
}

/** The full name, such as `docker.io/library/busybox`. */
export function printName({ domain, path }: Reference): string {
  return domain === '' ? path : `${domain}/${path}`
}

/** The full reference: what `parseReference` reads back as the same value. */
export function printReference(reference: Reference): string {
  return printName(reference) + suffix(reference)
}

/** The name as people write it: `busybox` for `docker.io/library/busybox`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== defaultDomain) return printName(reference)
  const { path } = reference
  const official = path.startsWith(officialPrefix) && !path.includes('/', officialPrefix.length)
  return official ? path.slice(officialPrefix.length) : path
}

/** The reference as people write it: `busybox:latest`. */
export function printFamiliar(reference: Reference): string {
  return familiarName(reference) + suffix(reference)
}

/** Whether a glob (Go's path.Match) fits the familiar reference, or the familiar name without tag and digest. */
export function matchesReference(pattern: string, reference: Reference): boolean {
  const matches = compileGlob(pattern)
  return matches(printFamiliar(reference)) || matches(familiarName(reference))
}

/** Puts references that say more first (tag and digest, tag, digest, name, bare digest), then those that are none; in full form. */
export function sortReferences(texts: readonly string[]): readonly string[] {
  const rows = texts.map((text) => {
    try {
      const parsed = parseAnyReference(text)
      if (typeof parsed === 'string') return { rank: 5, text: parsed as string }
      const rank = parsed.tag === undefined ? (parsed.digest === undefined ? 4 : 3) : parsed.digest ? 1 : 2
      return { rank, text: printReference(parsed) }
    } catch {
      return { rank: 6, text }
    }
  })
  rows.sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return rows.map((row) => row.text)
}

function splitDomain(text: string): [string, string] {
  const slash = text.indexOf('/')
  if (slash < 0) return [defaultDomain, officialPrefix + text]
  const first = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const domain = !isDomain || first === legacyDomain ? defaultDomain : first
  const path = isDomain ? rest : text
  return [domain, domain === defaultDomain && !path.includes('/') ? officialPrefix + path : path]
}

function parse(text: string, written: string): Reference {
  const match = grammar.exec(text)
  if (match === null) {
    if (written === '') throw invalid(written, 'the name is empty')
    if (grammar.test(text.toLowerCase())) throw invalid(written, 'the repository name must be lower case')
    throw invalid(
      written,
      'the form is [registry[:port]/]name[:tag][@digest]',
      'a name has lower-case letters and digits, with single ".", "_", "__" or any number of "-" between them',
    )
  }
  const [, domain = '', path = '', tag, digest] = match
  if (path.length > pathLimit)
    throw invalid(written, `the repository name has ${path.length} characters, more than ${pathLimit}`)
  return {
    domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: parseReferenceDigest(digest, written) }),
  }
}

function parseReferenceDigest(digest: string, written: string): Digest {
  try {
    return parseDigest(digest)
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    throw new Fault('reference.invalid', `"${written}" is not an image reference: ${thrown.message}`, {
      cause: thrown,
    })
  }
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}

function invalid(text: string, why: string, hint?: string): Fault {
  return new Fault('reference.invalid', `"${text}" is not an image reference: ${why}`, { hint })
}
