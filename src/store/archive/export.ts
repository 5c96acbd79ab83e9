// An image's file system as one flat tar: what all layers together show, without a trace of what they removed.
import type { Writable } from 'node:stream'
import { type Context, type DiffId, type RootPath, rootPath } from '../../core/index.ts'
import { type Entry, packLayer, type Stack } from '../../layer/index.ts'
import type { Store } from '../types.ts'
import { withSink } from './sink.ts'

/** Writes the merged file system of `layers` (bottom first); the same layers give the same bytes. */
export async function exportTar(
  store: Store,
  layers: readonly DiffId[],
  output: string | Writable,
  ctx: Context,
): Promise<void> {
  using lease = store.lease()
  lease.hold(layers)
  const stack = store.layers.stack(layers)
  await withSink(output, async (sink) => {
    const work = packLayer(flatEntries(stack), { read: store.layers.read, write: sink.write })
    for (let step = work.next(); step.done !== true; step = work.next()) {
      ctx.signal.throwIfAborted()
      await sink.ready()
    }
    await sink.ready()
  })
}

/** The first name of a hard linked file carries it, later ones point to that. */
function* flatEntries(stack: Stack): Generator<Entry> {
  const first = new Map<string, RootPath>()
  for (const { node, inode } of stack.walk(rootPath)) {
    if (node.path === rootPath) continue
    const target = inode === undefined || node.kind === 'directory' ? undefined : first.get(inode)
    if (target !== undefined) yield { kind: 'hardlink', path: node.path, target }
    else yield node
    if (inode !== undefined && target === undefined) first.set(inode, node.path)
  }
}
