// Repositories as sources of files: a reference is resolved to a commit by asking the server, and the tree of a commit is a layer of the
// store that a cache record remembers. So what was checked out once is fetched no second time.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { belowName, field, keyOf } from '../../cache/index.ts'
import { type Context, type DiffId, Fault, type GitReference } from '../../core/index.ts'
import type { FetchTools } from '../tools.ts'
import { packCheckout } from './checkout.ts'
import { type Git, type GitAccess, openGit, withoutCredentials } from './git-program.ts'

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
    const remote = reference.looksLocal ? `https://${reference.remote}` : reference.remote
    const git = openGit(directory, { access: await accessTo(remote, tools, ctx), env: tools.env }, ctx)
    const resolved = await resolve(git, { ...reference, remote })
    const key = keyOf([
      field('repository', withoutCredentials(remote)),
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
      slot: `git ${withoutCredentials(remote)}`,
      result: JSON.stringify(tree),
      uses: [layer],
      created: Date.now(),
    })
    return tree
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

/** The secrets that BuildKit knows for git, the more special first. */
async function accessTo(remote: string, tools: FetchTools, ctx: Context): Promise<GitAccess> {
  if (!remote.startsWith('http')) return { agentSocket: await tools.findAgent(ctx) }
  const { hostname } = new URL(remote)
  for (const [name, kind] of [
    [`GIT_AUTH_HEADER.${hostname}`, 'header'],
    [`GIT_AUTH_TOKEN.${hostname}`, 'token'],
    ['GIT_AUTH_HEADER', 'header'],
    ['GIT_AUTH_TOKEN', 'token'],
  ] as const) {
    const bytes = tools.readSecret(name)
    if (bytes === undefined) continue
    const value = Buffer.from(bytes).toString('utf8').trim()
    const basic = (): string => `basic ${Buffer.from(`x-access-token:${value}`).toString('base64')}`
    return { authorization: kind === 'header' ? value : basic(), authorizedPrefix: remote }
  }
  return {}
}

const fullCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Asks the server what a ref is, with git's preference: an exact ref, then a branch, then a tag. */
async function resolve(git: Git, reference: GitReference): Promise<Resolved> {
  const { remote, checksum } = reference
  if (reference.fetchByCommit) {
    if (checksum === undefined && !fullCommit.test(reference.ref ?? ''))
      throw new Fault('git.ref', 'fetch-by-commit requires a checksum or a commit SHA ref')
    return { ref: reference.ref, object: checksum ?? (reference.ref as string), peeled: undefined }
  }
  const ref = reference.ref ?? (await defaultBranch(git, remote))
  if (ref.startsWith('-')) throw new Fault('git.ref', `"${ref}" is not a name of a ref`)
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
    throw new Fault('git.ref', `repository does not contain ref ${ref}: ${withoutCredentials(remote)}`, {
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
  throw new Fault('git.ref', `could not find default branch for repository: ${withoutCredentials(remote)}`, {
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
