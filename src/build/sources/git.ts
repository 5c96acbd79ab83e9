// Repositories as sources of files: a reference is resolved to a commit by asking the server, and the tree of a commit is a layer of the
// store that a cache record remembers. So what was checked out once is fetched no second time.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { belowName, field, keyOf } from '../../cache/index.ts'
import { type Context, type DiffId, Fault, type GitReference } from '../../core/index.ts'
import type { FetchTools } from '../tools.ts'
import { packCheckout } from './checkout.ts'
import { type Git, type GitAccess, openGit } from './git-program.ts'

export interface FetchedTree {
  readonly layer: DiffId
  readonly commit: string
  /** When it was committed: seconds since the epoch. */
  readonly committed: number
}

interface Resolved {
  /** The full name of the ref; absent where the reference is a commit. */
  readonly ref: string | undefined
  /** What the ref points to: a commit, or an annotated tag. */
  readonly object: string
  /** The commit that an annotated tag points to. */
  readonly peeled: string | undefined
}

let count = 0

/** The files of a repository at a reference. Faults with `git.failed`, `git.missing`, `git.checksum`, `git.ref`. */
export async function fetchGit(
  reference: GitReference,
  tools: FetchTools,
  ctx: Context,
): Promise<FetchedTree> {
  const { store } = tools
  const directory = path.join(store.work, `git-${++count}`)
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  try {
    const { remote, login } = withoutLogin(
      reference.looksLocal ? `https://${reference.remote}` : reference.remote,
    )
    const access = await accessTo({ remote, login }, tools, ctx)
    const git = openGit(directory, { access, env: tools.env }, ctx)
    const resolved = await resolve(git, { ...reference, remote })
    const key = keyOf([
      field('repository', remote),
      field('commit', resolved.peeled ?? resolved.object),
      field('directory', reference.subdir ?? ''),
      field('submodules', String(reference.submodules ?? true)),
      field('times', reference.mtime ?? 'checkout'),
      field('.git', reference.keepGitDir === true ? `${resolved.ref ?? ''} ${resolved.object}` : 'left out'),
      field(belowName, ''),
    ]).digest
    const known = store.records.get(key)
    if (known !== undefined) return JSON.parse(known.result) as FetchedTree
    const commit = await fetchCommit(git, remote, resolved)
    const committed = Number(await git.run('show', '-s', '--format=%ct', commit))
    const checkout = { ...resolved, directory, reference: { ...reference, remote }, commit, committed }
    const layer = await packCheckout(git, checkout, { store, ctx })
    const tree: FetchedTree = { layer, commit, committed }
    store.records.put({
      key,
      op: key,
      slot: `git ${remote}`,
      result: JSON.stringify(tree),
      uses: [layer],
      created: Date.now(),
    })
    return tree
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

interface Address {
  /** Without a password, so that neither the list of processes nor a `.git` that is kept shows it. */
  readonly remote: string
  /** `user:password`, for http. */
  readonly login?: string | undefined
}

function withoutLogin(address: string): Address {
  const [, scheme = '', user = ''] = /^([a-z]+:\/\/)([^/@?#]*)@/.exec(address) ?? []
  if (scheme === '') return { remote: address }
  const rest = address.slice(scheme.length + user.length + 1)
  const [name = '', password = ''] = user.split(/:(.*)/s, 2).map(decodeURIComponent)
  return scheme.startsWith('http')
    ? { remote: scheme + rest, login: `${name}:${password}` }
    : { remote: `${scheme}${user.split(':', 1)[0]}@${rest}` }
}

/** The secrets that BuildKit knows for git, the more special first; then what the address itself says. */
async function accessTo({ remote, login }: Address, tools: FetchTools, ctx: Context): Promise<GitAccess> {
  if (!remote.startsWith('http')) return { agentSocket: await tools.findAgent(ctx) }
  const { hostname, origin } = new URL(remote)
  const basic = (text: string): string => `basic ${Buffer.from(text).toString('base64')}`
  for (const [name, kind] of [
    [`GIT_AUTH_HEADER.${hostname}`, 'header'],
    [`GIT_AUTH_TOKEN.${hostname}`, 'token'],
    ['GIT_AUTH_HEADER', 'header'],
    ['GIT_AUTH_TOKEN', 'token'],
  ] as const) {
    const bytes = tools.readSecret(name)
    if (bytes === undefined) continue
    const value = Buffer.from(bytes).toString('utf8').trim()
    const authorization = kind === 'header' ? value : basic(`x-access-token:${value}`)
    return { authorization, authorizedPrefix: remote }
  }
  // as with git, where a submodule's address that is relative to this one has the same login
  return login === undefined ? {} : { authorization: basic(login), authorizedPrefix: `${origin}/` }
}

const fullCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Asks the server what a ref is, with git's preference: an exact ref, then a branch, then a tag. */
async function resolve(git: Git, reference: GitReference): Promise<Resolved> {
  const { remote, checksum } = reference
  // git would take these for options
  if (reference.ref?.startsWith('-')) throw new Fault('git.ref', `"${reference.ref}" is not a name of a ref`)
  if (reference.fetchByCommit) {
    const object = checksum ?? reference.ref ?? ''
    if (!fullCommit.test(object))
      throw new Fault('git.ref', 'fetch-by-commit requires a checksum or a commit SHA ref', {
        hint: 'write all digits of the commit: 40, or 64 in repositories of sha256',
      })
    return { ref: reference.ref, object, peeled: undefined }
  }
  const ref = reference.ref ?? (await defaultBranch(git, remote))
  if (fullCommit.test(ref)) {
    holdChecksum(checksum, [ref])
    return { ref: undefined, object: ref, peeled: undefined }
  }
  const listed = new Map<string, string>()
  for (const line of (await git.run('ls-remote', '--', remote, ref, `${ref}^{}`)).split('\n')) {
    const [object = '', name] = line.split('\t')
    if (name !== undefined) listed.set(name, object)
  }
  const exact = `refs/${ref.replace(/^refs\//, '')}`
  const branch = `refs/heads/${ref.replace(/^refs\/heads\//, '')}`
  const tag = `refs/tags/${ref.replace(/^refs\/tags\//, '')}`
  const found = [exact, branch, tag].find((name) => listed.has(name))
  const object = found === undefined ? undefined : listed.get(found)
  if (found === undefined || object === undefined)
    throw new Fault('git.ref', `repository does not contain ref ${ref}: ${remote}`, {
      hint: 'a branch, a tag or a whole commit hash can be named; a shortened commit belongs in checksum=',
    })
  const peeled = found === tag ? listed.get(`${tag}^{}`) : undefined
  holdChecksum(checksum, peeled === undefined ? [object] : [object, peeled])
  return { ref: found, object, peeled }
}

function holdChecksum(checksum: string | undefined, candidates: readonly string[]): void {
  if (checksum === undefined || candidates.some((candidate) => candidate.startsWith(checksum))) return
  throw new Fault('git.checksum', `expected checksum to match ${checksum}, got ${candidates.join(' or ')}`, {
    hint: 'the repository has moved on, or the checksum is of another commit',
  })
}

async function defaultBranch(git: Git, remote: string): Promise<string> {
  const text = await git.run('ls-remote', '--symref', '--', remote, 'HEAD')
  const ref = /^ref: (\S+)\tHEAD$/m.exec(text)?.[1]
  if (ref !== undefined) return ref
  // a detached HEAD, or a server that does not tell
  const object = /^([0-9a-f]+)\tHEAD$/m.exec(text)?.[1]
  if (object !== undefined) return object
  throw new Fault('git.ref', `could not find default branch for repository: ${remote}`, {
    hint: 'name a branch: URL#branch',
  })
}

/** Brings one commit here, alone where the server can do that; answers the commit's name. */
async function fetchCommit(git: Git, remote: string, { object, ref }: Resolved): Promise<string> {
  await git.run('init', '--quiet', ...(object.length === 64 ? ['--object-format=sha256'] : []), '.')
  await git.run('remote', 'add', 'origin', remote)
  const wanted = [object, ...(ref === undefined ? [] : [ref])]
  try {
    await git.run('fetch', '--quiet', '--depth=1', '--no-tags', 'origin', object)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'git.failed') throw thrown
    // servers that know neither shallow copies (plain files over http) nor unadvertised commits
    await git.run('fetch', '--quiet', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*')
    const here = await git.run('cat-file', '-t', object).catch(() => undefined)
    if (here === undefined)
      throw new Fault('git.ref', `the repository has no ${wanted.join(' or ')} to fetch`, { cause: thrown })
  }
  return (await git.run('rev-parse', `${object}^{commit}`)).trim()
}
