// Layers that lean on those below in ways that merging their indexes does not follow (names below a symlink of a lower layer, hard links
// through symlinks) written anew as layers that stand for themselves. Rare, and only the `copy` backend needs it.
import fs from 'node:fs'
import path from 'node:path'
import { type DiffId, hexOf, type RootPath } from '../core/index.ts'
import { type Entry, type LayerIndex, type Node, packLayer } from '../layer/index.ts'
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
      const packing = packLayer(linksAfterTargets(placed.entries()), port)
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

/** Makes the first name of a file the file and the others links to it. */
function linksAfterTargets(entries: Iterable<Entry>): readonly Entry[] {
  const list = [...entries]
  const firstName = new Map<RootPath, RootPath>()
  for (const entry of list)
    if (entry.kind === 'hardlink' && !firstName.has(entry.target)) firstName.set(entry.target, entry.path)
  const nodes = new Map(list.map((entry) => [entry.path, entry]))
  const isEarlier = new Set<RootPath>()
  const seen = new Set<RootPath>()
  return list.map((entry): Entry => {
    const target = entry.kind === 'hardlink' ? entry.target : entry.path
    const first = firstName.get(target)
    seen.add(entry.path)
    if (first === undefined) return entry
    if (entry.path === first && entry.kind === 'hardlink') {
      if (seen.has(target)) return entry
      isEarlier.add(target)
      return { ...(nodes.get(target) as Node), path: entry.path }
    }
    return isEarlier.has(target) ? { kind: 'hardlink', path: entry.path, target: first } : entry
  })
}
