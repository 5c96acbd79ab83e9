// Layers that lean on those below in ways that merging their indexes does not follow (names below a symlink of a lower layer, hard links
// through symlinks) written anew as layers that stand for themselves. Rare, and only the `copy` backend needs it.
import fs from 'node:fs'
import path from 'node:path'
import { type DiffId, hexOf } from '../core/index.ts'
import { type LayerIndex, packLayer } from '../layer/index.ts'
import { readContent } from './content.ts'
import { placeLayer } from './placed.ts'
import type { StoreForSnapshots } from './types.ts'

export interface Settled {
  /** The store, and in it the layers written anew. */
  readonly store: StoreForSnapshots
  readonly layers: readonly DiffId[]
}

export function settleLayers(store: StoreForSnapshots, layers: readonly DiffId[]): Settled {
  const indexes = new Map<DiffId, LayerIndex>()
  const anew: StoreForSnapshots = {
    root: store.root,
    work: store.work,
    index: (id) => indexes.get(id) ?? store.index(id),
    tarPath: (id) => (indexes.has(id) ? path.join(store.work, `${hexOf(id)}.tar`) : store.tarPath(id)),
  }
  const settled: DiffId[] = []
  for (const id of layers) {
    const placed = placeLayer(anew, [...settled, id])
    if (placed.key === hexOf(id)) {
      settled.push(id)
      continue
    }
    const fresh = path.join(store.work, `${placed.key}.tar`)
    const fd = fs.openSync(fresh, 'w')
    try {
      const port = { read: readContent(anew.tarPath), write: (chunk: Uint8Array) => writeAll(fd, chunk) }
      const packing = packLayer(placed.entries(), port)
      let step = packing.next()
      while (step.done !== true) step = packing.next()
      fs.renameSync(fresh, path.join(store.work, `${hexOf(step.value.diffId)}.tar`))
      indexes.set(step.value.diffId, step.value.index)
      settled.push(step.value.diffId)
    } finally {
      fs.closeSync(fd)
    }
  }
  return { store: anew, layers: settled }
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += fs.writeSync(fd, chunk, done)
}
