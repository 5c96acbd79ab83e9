// A store for tests: layers are packed from entries into a directory that is thrown away.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type DiffId, hexOf } from '../core/index.ts'
import { createIndexer, type Entry, type LayerIndex, packLayer } from '../layer/index.ts'
import { readContent } from '../snapshot/content.ts'
import type { StoreForSnapshots } from '../snapshot/index.ts'

export interface TestStore extends StoreForSnapshots, Disposable {
  /** Packs entries as a layer. */
  add(entries: Iterable<Entry>): DiffId
  /** Takes a tar as it is. */
  addTar(tar: Uint8Array): DiffId
}

export function openTestStore(): TestStore {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const work = path.join(root, 'work', 'test')
  const blobs = path.join(root, 'blobs', 'sha256')
  for (const directory of [work, blobs]) fs.mkdirSync(directory, { recursive: true })
  const indexes = new Map<DiffId, LayerIndex>()
  const tarPath = (id: DiffId) => path.join(blobs, hexOf(id))
  return {
    root,
    work,
    tarPath,
    index: (id) => indexes.get(id)!,
    add: (entries) => {
      const chunks: Buffer[] = []
      const packing = packLayer(entries, {
        read: readContent(tarPath),
        write: (chunk) => chunks.push(Buffer.from(chunk)),
      })
      let step = packing.next()
      while (step.done !== true) step = packing.next()
      const { index, diffId } = step.value
      fs.writeFileSync(tarPath(diffId), Buffer.concat(chunks))
      indexes.set(diffId, index)
      return diffId
    },
    addTar: (tar) => {
      const indexer = createIndexer()
      indexer.push(tar)
      const { index, diffId } = indexer.end()
      fs.writeFileSync(tarPath(diffId), tar)
      indexes.set(diffId, index)
      return diffId
    },
    [Symbol.dispose]: () => fs.rmSync(root, { recursive: true, force: true }),
  }
}
