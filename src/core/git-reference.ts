// References to git repositories, as build contexts, ADD and named contexts take them: `https://host/repo.git?tag=v1#main:docs`,
// `git@host:repo.git`, and the old `github.com/owner/repo`. An http(s) URL is one only when its path ends in `.git`.
import { Fault } from './fault.ts'

/** The address of a repository, taken apart. Path and user are without percent escapes. */
export interface GitUrl {
  /** `scp` is `user@host:path`, whose path is relative to the user's home. */
  readonly style: 'url' | 'scp'
  readonly scheme: 'http' | 'https' | 'ssh' | 'git'
  readonly user?: { readonly name: string; readonly password?: string }
  /** With the port, if there is one. */
  readonly host: string
  readonly path: string
  readonly query: ReadonlyMap<string, readonly string[]>
  /** From `#ref:subdir`. */
  readonly ref?: string
  readonly subdir?: string
  /** What git itself is given: the address without query and fragment. */
  readonly remote: string
}

/** What to check out of which repository. */
export interface GitReference {
  readonly remote: string
  /** The last component of the remote without `.git`. */
  readonly name: string
  /** A branch, tag or commit; absent for the default branch. */
  readonly ref?: string
  /** The commit (or its beginning) that the ref must have. */
  readonly checksum?: string
  /** A directory of the repository, as written. */
  readonly subdir?: string
  readonly keepGitDir?: boolean
  readonly submodules?: boolean
  /** Where files take their times from; absent means `checkout`. */
  readonly mtime?: 'checkout' | 'commit'
  /** Fetch `checksum` itself and trust it, instead of comparing it with what the ref gives. */
  readonly fetchByCommit: boolean
  /** `github.com/owner/repo`, which could be a path as well: only build contexts take this form. */
  readonly looksLocal: boolean
  /** http:// and git:// are not encrypted. */
  readonly unencrypted: boolean
}

const schemes = ['http', 'https', 'ssh', 'git'] as const
const urlPattern = /^([a-z0-9]+):\/\/(?:([^@/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is
const scpPattern = /^([a-z0-9_-]+)@([a-z0-9.-]+):([^\n]*?)(?:\?([^\n]*?))?(?:#([^\n]*))?$/i
const shortPrefix = 'github.com/'

/** Reads an address as git itself takes it. Faults with `reference.invalid`. */
export function parseGitUrl(text: string): GitUrl {
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1]
  if (scheme !== undefined) return parseUrl(text, scheme.toLowerCase())
  const match = scpPattern.exec(text)
  if (match === null) throw invalid(text, 'it is neither a URL nor user@host:path')
  const [, name = '', host = '', path = '', query = '', fragment = ''] = match
  return {
    ...{ style: 'scp', scheme: 'ssh', user: { name }, host, path, remote: `${name}@${host}:${path}` },
    ...{ query: parseQuery(query), ...parseFragment(fragment) },
  }
}

function parseUrl(text: string, scheme: string): GitUrl {
  const known = schemes.find((one) => one === scheme)
  if (known === undefined) throw invalid(text, `${scheme}:// is no transport of git`)
  const [, , login, host = '', path = '', query = '', fragment = ''] = urlPattern.exec(text) ?? []
  if (/\p{Cc}/u.test(text) || /:[^\]]*\D[^\]]*$/.test(host.replace(/^\[[^\]]*\]/, '')))
    throw invalid(text, 'the address is no URL')
  const [name, password] = login === undefined ? [] : cut(login, ':')
  const decoded = (part: string): string => decode(part) ?? fail(text)
  return {
    ...{ style: 'url', scheme: known, host, path: decoded(path), query: parseQuery(query) },
    ...(name === undefined
      ? {}
      : {
          user: { name: decoded(name), ...(password === undefined ? {} : { password: decoded(password) }) },
        }),
    ...parseFragment(decoded(fragment)),
    remote: `${known}${text.slice(scheme.length).split(/[?#]/, 1)[0]}`,
  }
}

/**
 * Reads a reference to a repository; `undefined` for what is none (a path, a plain URL). Faults with `reference.invalid` when it is
 * one and its query is wrong.
 */
export function parseGitReference(text: string): GitReference | undefined {
  const looksLocal = text.startsWith(shortPrefix)
  const url = findGitUrl(looksLocal ? `https://${text}` : text)
  if (url === undefined) return undefined
  const isHttp = url.scheme === 'http' || url.scheme === 'https'
  if (isHttp && !looksLocal && !url.path.endsWith('.git')) return undefined
  const remote = looksLocal ? url.remote.slice('https://'.length) : url.remote
  return {
    remote,
    name: remote.slice(remote.lastIndexOf('/') + 1).replace(/\.git$/, ''),
    ...readQuery(url, text),
    looksLocal,
    unencrypted: url.scheme === 'http' || url.scheme === 'git',
  }
}

function findGitUrl(text: string): GitUrl | undefined {
  try {
    return parseGitUrl(text)
  } catch {
    return undefined
  }
}

/** The reference in its short form `remote#ref:subdir`, for people. */
export function printGitReference({ remote, ref = '', subdir = '' }: GitReference): string {
  const directory = cleanSubdir(subdir)
  if (ref === '' && directory === '') return remote
  return `${remote}#${ref}${directory === '' ? '' : `:${directory}`}`
}

type Chosen = Pick<
  GitReference,
  'ref' | 'checksum' | 'subdir' | 'keepGitDir' | 'submodules' | 'mtime' | 'fetchByCommit'
>

const queryKeys = 'ref tag branch subdir checksum commit keep-git-dir submodules mtime fetch-by-commit'.split(
  ' ',
)
const switches = ['keep-git-dir', 'submodules', 'fetch-by-commit']

function readQuery(url: GitUrl, text: string): Chosen {
  for (const [key, values] of url.query) {
    if (values.length > 1) throw invalid(text, `query "${key}" has multiple values`)
    if (!queryKeys.includes(key)) throw invalid(text, `unexpected query "${key}"`)
    if (values[0] === '' && !switches.includes(key)) throw invalid(text, `query "${key}" has no value`)
  }
  const one = (key: string) => url.query.get(key)?.[0]
  const flag = (key: string) => {
    const value = one(key)
    if (value === undefined) return undefined
    if (/^(?:|1|t|T|TRUE|true|True)$/.test(value)) return true
    if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return false
    throw invalid(text, `invalid ${key} value: "${value}"`)
  }
  const agree = (key: string, values: readonly (string | undefined)[]) => {
    const [first, other] = [...new Set(values.filter((value) => value !== undefined && value !== ''))]
    if (other !== undefined) throw invalid(text, `${key} conflicts: "${first}" vs "${other}"`)
    return first
  }
  if (one('tag') !== undefined && one('branch') !== undefined)
    throw invalid(text, 'branch conflicts with tag')
  const mtime = one('mtime')
  if (mtime !== undefined && mtime !== 'checkout' && mtime !== 'commit')
    throw invalid(text, `invalid mtime value: "${mtime}" (must be "checkout" or "commit")`)
  const named = {
    ref: agree('ref', [
      url.ref,
      one('ref'),
      below('refs/tags/', one('tag')),
      below('refs/heads/', one('branch')),
    ]),
    subdir: agree('subdir', [url.subdir, one('subdir')]),
    checksum: agree('checksum', [one('checksum'), one('commit')]),
    keepGitDir: flag('keep-git-dir'),
    submodules: flag('submodules'),
    mtime,
  }
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
  return { ...given, fetchByCommit: flag('fetch-by-commit') ?? false }
}

function below(prefix: string, name: string | undefined): string | undefined {
  return name === undefined || name.startsWith(prefix) ? name : prefix + name
}

function parseFragment(fragment: string): Pick<GitUrl, 'ref' | 'subdir'> {
  const [ref = '', subdir = ''] = cut(fragment, ':')
  const directory = cleanSubdir(subdir)
  return { ...(ref === '' ? {} : { ref }), ...(directory === '' ? {} : { subdir: directory }) }
}

/** The directory below the repository's root, `..` never leaving it. */
function cleanSubdir(subdir: string): string {
  const names: string[] = []
  for (const name of subdir.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return names.join('/')
}

/** Go's url.ParseQuery: what it can't read is left out. */
function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    const [key, value = ''] = cut(pair.replaceAll('+', ' '), '=').map(decode)
    if (pair === '' || pair.includes(';') || key === undefined || value === undefined) continue
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

function cut(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function fail(text: string): never {
  throw invalid(text, 'a percent sign must be followed by two hex digits')
}

function invalid(text: string, problem: string): Fault {
  return new Fault('reference.invalid', `invalid git reference "${text}": ${problem}`, {
    hint: 'write https://host/repository.git#ref:directory, or git@host:repository.git',
  })
}
