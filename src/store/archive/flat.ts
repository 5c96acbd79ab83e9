// File systems without their layers: what all layers together show, one image's or that of several side by side, each in a directory of
// its own.
import { type DiffId, type RootPath, rootPath, toRootPath } from '../../core/index.ts'
import type { Entry, Stack } from '../../layer/index.ts'
import type { Store } from '../types.ts'

/** One file system: its layers, bottom first, and the directory it is put into (empty: the top). */
export interface FlatTree {
  readonly layers: readonly DiffId[]
  readonly directory: string
}

/** All entries but the top itself, parents first. The first name of a hard linked file carries it, later ones point to that. */
export function* flatEntries(store: Store, trees: readonly FlatTree[]): Generator<Entry> {
  for (const { layers, directory } of trees) {
    const top = toRootPath(directory)
    const placed = (path: RootPath): RootPath => (top === rootPath ? path : toRootPath(`${top}${path}`))
    if (top !== rootPath)
      yield { kind: 'directory', path: top, meta: { mode: 0o755, uid: 0, gid: 0, mtime: 0n } }
    yield* treeEntries(store.layers.stack(layers), placed)
  }
}

function* treeEntries(stack: Stack, placed: (path: RootPath) => RootPath): Generator<Entry> {
  const first = new Map<string, RootPath>()
  for (const { node, inode } of stack.walk(rootPath)) {
    if (node.path === rootPath) continue
    const path = placed(node.path)
    const target = inode === undefined || node.kind === 'directory' ? undefined : first.get(inode)
    if (target !== undefined) yield { kind: 'hardlink', path, target }
    else yield { ...node, path }
    if (inode !== undefined && target === undefined) first.set(inode, path)
  }
}
