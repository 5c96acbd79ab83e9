// A commit's files as a layer: checked out into a directory of this process and packed with the modes BuildKit gives them (644, or 755 for
// what can be run), root's.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, type DiffId, Fault, type GitReference, rootPath } from '../../core/index.ts'
import type { Node } from '../../layer/index.ts'
import type { Store } from '../../store/index.ts'
import { openContext } from '../context-view.ts'
import { openDigestMemory } from '../digest-memory.ts'
import { emptyIgnore } from '../ignore-file.ts'
import { selectFiles } from '../select.ts'
import type { Git } from './git-program.ts'

export interface Checkout {
  /** A repository that has the commit. */
  readonly directory: string
  readonly reference: GitReference
  readonly ref: string | undefined
  readonly object: string
  readonly commit: string
  /** Seconds since the epoch. */
  readonly committed: number
}

/** Packs the files that the reference asks for. Faults with `git.ref` where its directory is not in the repository. */
export async function packCheckout(
  git: Git,
  checkout: Checkout,
  { store, ctx }: { readonly store: Store; readonly ctx: Context },
): Promise<DiffId> {
  const { directory, reference, commit, committed } = checkout
  const keepsGit = reference.keepGitDir === true && reference.subdir === undefined
  await git.run('checkout', '--quiet', '--force', '--detach', commit)
  if (reference.submodules !== false && fs.existsSync(path.join(directory, '.gitmodules')))
    await git.run('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1')
  if (keepsGit) await tidy(git, checkout)
  const view = openContext(subdirectory(directory, reference), {
    ignore: emptyIgnore,
    memory: openDigestMemory(undefined),
  })
  const exclude = keepsGit ? [] : ['.git', '**/.git']
  const [selected] = selectFiles(rootPath, view, { exclude, parents: false })
  const mtime = reference.mtime === 'commit' ? BigInt(committed) * 1_000_000_000n : undefined
  const nodes = (selected?.files.slice(1) ?? []).map(({ found }) => normal(found.node, mtime))
  return (await store.layers.pack(nodes, ctx)).diffId
}

/** Leaves in `.git` what a clone of this one ref would have, and nothing of how it came here. */
async function tidy(git: Git, { directory, ref, object }: Checkout): Promise<void> {
  if (ref !== undefined) await git.run('update-ref', ref, object)
  await git.run('reflog', 'expire', '--all', '--expire=now')
  fs.rmSync(path.join(directory, '.git', 'FETCH_HEAD'), { force: true })
}

/** The directory that the reference names. A link on the way could lead out of the repository, so none is followed. */
function subdirectory(directory: string, { subdir }: GitReference): string {
  let at = directory
  for (const name of subdir?.split('/') ?? []) {
    at = path.join(at, name)
    const info = name === '.git' ? undefined : fs.lstatSync(at, { throwIfNoEntry: false })
    if (info?.isDirectory() !== true)
      throw new Fault('git.ref', `the repository has no directory ${subdir}`, {
        hint: 'the part after : in URL#ref:directory counts from the root of the repository',
      })
  }
  return at
}

function normal(node: Node, mtime: bigint | undefined): Node {
  if (node.kind === 'symlink') return { ...node, meta: { ...node.meta, mtime: mtime ?? node.meta.mtime } }
  const mode = node.kind === 'directory' || (node.meta.mode & 0o100) !== 0 ? 0o755 : 0o644
  return { ...node, meta: { ...node.meta, mode, mtime: mtime ?? node.meta.mtime } }
}
