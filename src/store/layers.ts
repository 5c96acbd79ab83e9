// Layers: a plain tar under its diff id and the index of it. The index is on disk before the tar is registered, so whoever finds the
// layer finds its index.
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { asDiffId, blobOf, type Context, type DiffId, Fault } from '../core/index.ts'
import {
  type ContentReader,
  createStack,
  decodeIndex,
  encodeIndex,
  type LayerIndex,
  packLayer,
} from '../layer/index.ts'
import type { BlobRoom } from './blobs.ts'
import type { Catalog } from './catalog.ts'
import { compressLayer, findOriginal } from './compress-layer.ts'
import { openContent } from './content.ts'
import { ingestLayer } from './ingest-layer.ts'
import type { Leases } from './lease.ts'
import { blobPath, derivedPaths, rowsPath } from './paths.ts'
import { receiveLayer } from './receive-layer.ts'
import type { TempFile } from './temp.ts'
import type { Layer, Layers, PackWatch } from './types.ts'

export interface LayerRoom extends Layers, Disposable {
  /** Registers a finished tar and its index as a layer; inside, `also` runs in the same transaction. */
  register(tar: TempFile, index: LayerIndex, also?: () => void): Layer
}

export interface LayerParts {
  readonly root: string
  readonly catalog: Catalog
  readonly leases: Leases
  readonly blobs: BlobRoom
  readonly work: () => string
}

interface LayerRow {
  readonly tar_size: number
  readonly content_size: number
}

/** How long packing may keep other work of the process waiting. */
const turnMilliseconds = 8

export function openLayers({ root, catalog, leases, blobs, work }: LayerParts): LayerRoom {
  const decoded = new Map<DiffId, LayerIndex>()
  const tarPath = (id: DiffId): string => {
    if (!blobs.has(blobOf(id))) throw missing(id)
    return blobPath(root, id)
  }
  const content = openContent(tarPath)
  const find = (id: DiffId): Layer | undefined => {
    const row = catalog.row<LayerRow>('select tar_size, content_size from layers where diff = ?', id)
    if (row === undefined || !blobs.has(blobOf(id))) return undefined
    return { diffId: id, size: row.tar_size, contentSize: row.content_size }
  }
  const room: LayerRoom = {
    has: (id) => find(id) !== undefined,
    get(id) {
      const layer = find(id)
      if (layer === undefined) throw missing(id)
      return layer
    },
    index(id) {
      let index = decoded.get(id)
      if (index === undefined) {
        index = readIndex(root, id)
        decoded.set(id, index)
      }
      return index
    },
    tarPath,
    read: content.read,
    stack: (ids) => createStack(ids.map(room.index), content.read),
    pack: (entries, ctx) => room.repack(entries, {}, ctx),
    async repack(entries, { earlier: id, watch }, ctx) {
      using tar = blobs.temp()
      const earlier = id === undefined ? undefined : { index: room.index(id), read: content.range(id) }
      const read = watch?.head === undefined ? content.read : watched(content.read, watch.head)
      const write =
        watch === undefined
          ? tar.write
          : (chunk: Uint8Array): void => {
              watch.push(chunk)
              tar.write(chunk)
            }
      const { index } = await drive(packLayer(entries, { read, earlier, write }), ctx)
      tar.finish('cached')
      await watch?.end(index, tar.path)
      return room.register(tar, index)
    },
    ingest: (stream, expected, ctx) =>
      ingestLayer({ catalog, leases, blobs, layers: room }, { stream, expected }, ctx),
    receive: (source, ctx) => receiveLayer({ root, work, catalog, leases, blobs, layers: room }, source, ctx),
    compress: (id, how, ctx) => compressLayer({ root, catalog, leases, blobs, layers: room }, id, how, ctx),
    original: (id) => findOriginal({ catalog, leases, blobs, layers: room }, id),
    ofBlob(digest) {
      const plain = asDiffId(digest)
      if (room.has(plain)) return plain
      const row = catalog.row<{ diff: DiffId }>('select diff from compressed where digest = ?', digest)
      return row !== undefined && blobs.has(digest) && room.has(row.diff) ? row.diff : undefined
    },
    register(tar, index, also) {
      const { diffId, tarSize, contentSize } = index
      writeIndex(root, index, blobs)
      decoded.set(diffId, index)
      const size = tar.size
      if (size !== tarSize) throw new Fault('internal', `a tar of ${size} bytes has an index for ${tarSize}`)
      catalog.write(() => {
        // A prune between the writing of the index and here may have taken it for garbage.
        for (const name of derivedPaths(diffId)) catalog.run('delete from garbage where path = ?', name)
        if (!existsSync(rowsPath(root, diffId))) writeIndex(root, index, blobs)
        blobs.adopt(tar, blobOf(diffId), 'cached')
        catalog.run(
          'insert or ignore into layers(diff, tar_size, content_size, entries) values(?, ?, ?, ?)',
          diffId,
          tarSize,
          contentSize,
          index.length,
        )
        also?.()
      })
      return { diffId, size: tarSize, contentSize }
    },
    [Symbol.dispose]: () => content[Symbol.dispose](),
  }
  return room
}

function missing(id: DiffId): Fault {
  return new Fault('blob.missing', `the store has no layer ${id}`, {
    hint: 'It may have been pruned, or damaged by a crash of the machine; build or load the image again.',
  })
}

function readIndex(root: string, id: DiffId): LayerIndex {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(rowsPath(root, id))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw missing(id)
    throw cause
  }
  const index = decodeIndex(bytes)
  if (index.diffId !== id)
    throw new Fault('index.invalid', `the index of the layer ${id} is that of ${index.diffId}`, {
      hint: 'Remove the image and build or load it again.',
    })
  return index
}

function writeIndex(root: string, index: LayerIndex, blobs: BlobRoom): void {
  const path = rowsPath(root, index.diffId)
  if (existsSync(path)) return
  using file = blobs.temp()
  file.write(encodeIndex(index))
  file.finish('cached')
  renameSync(file.path, path)
}

/** Shows the first piece of each file; small files, which come in one piece, pay for nothing else. */
function watched(read: ContentReader, head: NonNullable<PackWatch['head']>): ContentReader {
  return (file) => {
    const pieces = read(file)
    if (Array.isArray(pieces)) {
      if (pieces.length > 0) head(file, pieces[0] as Uint8Array)
      return pieces
    }
    return showFirst(pieces, (piece) => head(file, piece))
  }
}

function* showFirst(pieces: Iterable<Uint8Array>, show: (piece: Uint8Array) => void): Generator<Uint8Array> {
  let shown = false
  for (const piece of pieces) {
    if (!shown) show(piece)
    shown = true
    yield piece
  }
}

async function drive<Result>(work: Generator<void, Result>, ctx: Context): Promise<Result> {
  let turn = performance.now()
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    if (performance.now() - turn < turnMilliseconds) continue
    await new Promise((resolve) => setImmediate(resolve))
    if (ctx.signal.aborted) {
      work.return(undefined as Result)
      ctx.signal.throwIfAborted()
    }
    turn = performance.now()
  }
}
