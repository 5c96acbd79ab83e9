// What a command changed, less what the runtime made for it: empty mount points, nodes of devices, and directories that only hold those.
import { isWithin, type RootPath } from '../core/index.ts'
import { type Entry, type Meta, type Node, type Stack, sameMeta } from '../layer/index.ts'
import type { MountPoint } from '../run/index.ts'

export interface StepChangesOptions {
  readonly below: Stack
  /** What the runtime had to make in the root. */
  readonly points: readonly MountPoint[]
  /** Changes an mtime, last of all. */
  readonly time: (mtime: bigint) => bigint
}

/** The entries of the step's layer; `changes` come sorted. */
export function stepChanges(changes: Iterable<Entry>, { below, points, time }: StepChangesOptions): Entry[] {
  const kept: Entry[] = []
  const stubs = new Map(points.map((point) => [point.path, point.kind]))
  const touched = (path: RootPath): boolean =>
    path === '/' || points.some((point) => isWithin(point.path, path))
  // from the end, so that what is below a directory is known before the directory itself
  let needed: RootPath | undefined
  for (const entry of [...changes].reverse()) {
    const holds = needed !== undefined && isWithin(needed, entry.path) && needed !== entry.path
    if (!holds && isStub(entry, stubs.get(entry.path))) continue
    if (
      !holds &&
      entry.kind === 'directory' &&
      touched(entry.path) &&
      isUnchanged(entry, below.lookup(entry.path)?.node)
    )
      continue
    needed = entry.path
    kept.push('meta' in entry ? { ...entry, meta: { ...entry.meta, mtime: time(entry.meta.mtime) } } : entry)
  }
  return kept.reverse()
}

function isStub(entry: Entry, kind: MountPoint['kind'] | undefined): boolean {
  switch (kind) {
    case undefined:
      return false
    case 'directory':
      return entry.kind === 'directory'
    case 'file':
      return entry.kind === 'file' && entry.size === 0
    case 'node':
      return entry.kind === 'device' || entry.kind === 'fifo'
  }
}

/** Whether a directory is as it was, times aside: making a mount point in it is what touched it. */
function isUnchanged(entry: Extract<Entry, { meta: Meta }>, node: Node | undefined): boolean {
  return node?.kind === 'directory' && sameMeta({ ...entry.meta, mtime: 0n }, { ...node.meta, mtime: 0n })
}
