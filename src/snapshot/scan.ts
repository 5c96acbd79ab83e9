// What was written in an overlay's upper directory, as entries. Overlayfs copies a directory up when something below it is touched, so
// such directories are listed too; those that came up only for things that the caller ignores are not.
import fs from 'node:fs'
import { comparePaths, joinPath, type RootPath, rootPath } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Entry, Meta } from '../layer/index.ts'
import { below, listNames, nodeOf } from './host.ts'
import { isWhiteout, splitXattrs } from './overlay.ts'

export interface Scanning {
  readonly kernel: Kernel
  readonly ignore?: ((entry: Entry) => boolean) | undefined
  /** The metadata of the directory of the lower layers at `path`, if there is one. */
  readonly lowerMeta: (path: RootPath) => Meta | undefined
}

/** The entries of the upper directory, sorted; the root only when its owner, mode or xattrs changed. */
export function* scanUpper(upper: string, { kernel, ignore, lowerMeta }: Scanning): Generator<Entry> {
  const firstNames = new Map<bigint, RootPath>()

  /** Yields the directory's entry once something below it is yielded or it counts itself; tells whether it was listed. */
  function* scanDirectory(
    path: RootPath,
    own: readonly Entry[],
    counts: 'listed' | 'if needed',
  ): Generator<Entry, boolean> {
    let listed = false
    let ignored = false
    const open = function* (): Generator<Entry> {
      if (!listed) yield* own
      listed = true
    }
    const names = listNames(below(upper, path)).sort(byteOrder)
    for (const name of names) {
      const inside = joinPath(path, name)
      const entries = entriesAt(inside)
      const [first] = entries
      if (first === undefined) continue
      if (ignore?.(first) === true) {
        ignored = true
        continue
      }
      if (first.kind !== 'directory') {
        yield* open()
        yield* entries
        continue
      }
      const walk = scanDirectory(inside, entries, 'listed')
      let step = walk.next()
      if (step.done !== true) yield* open()
      for (; step.done !== true; step = walk.next()) yield step.value
      if (!step.value) ignored = true
    }
    const [entry] = own
    if (!listed && counts === 'listed' && !(ignored && own.length === 1 && cameUp(entry!))) yield* open()
    return listed
  }

  /** Whether the directory is the lower layers' own, but for its time. */
  function cameUp(entry: Entry): boolean {
    const lower = lowerMeta(entry.path)
    return entry.kind === 'directory' && lower !== undefined && sameButTime(entry.meta, lower)
  }

  function entriesAt(path: RootPath): readonly Entry[] {
    const host = below(upper, path)
    const stat = fs.lstatSync(host, { bigint: true })
    if (isWhiteout(stat)) return [{ kind: 'whiteout', path }]
    if (stat.nlink > 1n && !stat.isDirectory()) {
      const target = firstNames.get(stat.ino)
      if (target !== undefined) return [{ kind: 'hardlink', path, target }]
    }
    const { own, opaque } = splitXattrs(kernel.readXattrs(host))
    const node = nodeOf(host, path, { stat, xattrs: own })
    if (node === undefined) return []
    if (stat.nlink > 1n && !stat.isDirectory() && ignore?.(node) !== true) firstNames.set(stat.ino, path)
    return opaque && node.kind === 'directory' ? [node, { kind: 'opaque', path }] : [node]
  }

  const root = entriesAt(rootPath)
  const [entry] = root
  if (entry !== undefined && !cameUp(entry)) yield* root
  yield* scanDirectory(rootPath, [], 'if needed')
}

function byteOrder(a: string, b: string): number {
  return comparePaths(a as RootPath, b as RootPath)
}

/** Whether metadata is the same, times aside. */
export function sameButTime(a: Meta, b: Meta): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false
  if ((a.xattrs?.size ?? 0) !== (b.xattrs?.size ?? 0)) return false
  for (const [name, value] of a.xattrs ?? []) {
    const other = b.xattrs?.get(name)
    if (other === undefined || Buffer.compare(value, other) !== 0) return false
  }
  return true
}
