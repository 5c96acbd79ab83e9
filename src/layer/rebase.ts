// Whether layers mean the same on another base. They do if the image changes exactly as its base does; where it does not, both have
// changed the same thing, or the layers hide or miss what the new base has. Times do not count.
import { comparePaths, parentPath, type RootPath, rootPath } from '../core/index.ts'
import { compareViews, sameNode } from './compare.ts'
import type { Node } from './entry.ts'
import type { FileView } from './view.ts'

export type Fate = 'added' | 'removed' | 'changed' | 'kept'

/** What the image's own layers and what the new base made of a path of the old base. */
export interface RebaseConflict {
  readonly path: RootPath
  readonly image: Fate
  readonly base: Fate
}

export interface RebaseViews {
  readonly oldBase: FileView
  readonly newBase: FileView
  /** The image as it is, and its own layers on the new base. */
  readonly image: FileView
  readonly rebased: FileView
}

/** By path. What the image removed of the old base may have changed in the new one: it stays removed. */
export function rebaseConflicts(views: RebaseViews): RebaseConflict[] {
  const { oldBase, newBase, image, rebased } = views
  const changed = pathsOf(oldBase, newBase)
  const conflicts: RebaseConflict[] = []
  for (const path of new Set([...changed, ...pathsOf(image, rebased)])) {
    const wanted = changed.has(path) ? newBase : image
    if (same(rebased, wanted, path) || isRemoved(path, views)) continue
    conflicts.push({ path, image: fate(oldBase, image, path), base: fate(oldBase, newBase, path) })
  }
  return conflicts.sort((a, b) => comparePaths(a.path, b.path))
}

function pathsOf(lower: FileView, upper: FileView): Set<RootPath> {
  return new Set(Array.from(compareViews(lower, upper), ({ path }) => path))
}

/** Whether the image removed the path, or a directory above it, of its old base, and it stays removed. */
function isRemoved(path: RootPath, { oldBase, image, rebased }: RebaseViews): boolean {
  if (rebased.lookup(path) !== undefined) return false
  for (let at = path; at !== rootPath; at = parentPath(at))
    if (oldBase.lookup(at) !== undefined && image.lookup(at) === undefined) return true
  return false
}

function fate(before: FileView, after: FileView, path: RootPath): Fate {
  const [was, is] = [before.lookup(path), after.lookup(path)]
  if (was === undefined) return is === undefined ? 'kept' : 'added'
  if (is === undefined) return 'removed'
  return same(before, after, path) ? 'kept' : 'changed'
}

function same(lower: FileView, upper: FileView, path: RootPath): boolean {
  const [a, b] = [lower.lookup(path)?.node, upper.lookup(path)?.node]
  if (a === undefined || b === undefined) return a === b
  return sameNode(timeless(a), timeless(b), { lower, upper })
}

function timeless(node: Node): Node {
  return { ...node, meta: { ...node.meta, mtime: 0n } }
}
