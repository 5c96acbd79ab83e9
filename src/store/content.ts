// Reads the bytes of file entries, wherever they are. Buffers are reused: a chunk is valid until the next one is asked for.
// Neighbours in one layer's tar are served from a window read ahead, so that ten thousand small files cost few system calls.
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { type DiffId, Fault } from '../core/index.ts'
import type { ContentReader, FileEntry } from '../layer/index.ts'

export interface ContentRoom extends Disposable {
  readonly read: ContentReader
  /** Reads `[from, to)` of a layer's tar. */
  range(id: DiffId): (from: number, to: number) => Iterable<Uint8Array>
}

const chunkSize = 1 << 20
const windowSize = 512 << 10
const openLayers = 32

/** An open file that holds a plain tar from `at` on. */
export interface OpenTar {
  readonly fd: number
  readonly at: number
}

/** `tarOf` gives a path, or an open file that is closed with the room; it faults for a layer that is not to be had. */
export function openContent(tarOf: (id: DiffId) => string | OpenTar): ContentRoom {
  const buffer = Buffer.allocUnsafeSlow(chunkSize)
  const layers = new Map<DiffId, LayerFile>()
  const layerFile = (id: DiffId): LayerFile => {
    let file = layers.get(id)
    if (file !== undefined) layers.delete(id)
    else file = openLayerFile(tarOf(id), id)
    layers.set(id, file)
    if (layers.size > openLayers) closeOldest(id)
    return file
  }
  const closeOldest = (but: DiffId): void => {
    for (const [id, file] of layers) {
      if (id === but || !file.reopens || file.readers > 0) continue
      layers.delete(id)
      file.close()
      return
    }
  }
  return {
    read(file: FileEntry) {
      const { content, size } = file
      if (content.in === 'memory') return [content.bytes]
      if (size === 0 && content.in !== 'host') return []
      if (content.in === 'host')
        return size < chunkSize
          ? smallHostFile(file, content.path, buffer)
          : hostChunks(file, content.path, buffer)
      if (content.in === 'layer') return layerFile(content.layer).run(content.offset, size, buffer)
      const layer = layerFile(content.layer)
      return whileRead(layer, sparseChunks(file, layer, buffer))
    },
    range: (id) => (from, to) => layerFile(id).run(from, to - from, buffer),
    [Symbol.dispose]() {
      for (const file of layers.values()) file.close()
      layers.clear()
    },
  }
}

function openHost(file: FileEntry, path: string | Buffer): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (cause) {
    throw new Fault('context.unreadable', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      data: { path: file.path },
    })
  }
}

function changed(path: string | Buffer): Fault {
  return new Fault('context.unreadable', `${path} changed while it was read`, {
    hint: 'Build again when nothing writes to it.',
  })
}

/** One byte more than the file should have is asked for, so growth shows without another call. */
function smallHostFile(file: FileEntry, path: string | Buffer, buffer: Buffer): readonly Uint8Array[] {
  const fd = openHost(file, path)
  try {
    let n = 0
    while (n <= file.size) {
      const got = readSync(fd, buffer, n, file.size + 1 - n, null)
      if (got === 0) break
      n += got
      if (n === file.size) break
    }
    if (n !== file.size) throw changed(path)
    return file.size === 0 ? [] : [buffer.subarray(0, n)]
  } finally {
    closeSync(fd)
  }
}

function* hostChunks(file: FileEntry, path: string | Buffer, buffer: Buffer): Generator<Uint8Array> {
  const fd = openHost(file, path)
  try {
    let left = file.size
    while (left > 0) {
      const n = readSync(fd, buffer, 0, Math.min(left, chunkSize), null)
      if (n === 0) throw changed(path)
      left -= n
      yield buffer.subarray(0, n)
    }
    if (readSync(fd, buffer, 0, 1, null) !== 0) throw changed(path)
  } finally {
    closeSync(fd)
  }
}

interface LayerFile {
  /** Whether it may be closed and opened again. */
  readonly reopens: boolean
  /** Reads that have begun and go on: they may wait for others in between, and the file stays open. */
  readers: number
  run(offset: number, length: number, buffer: Buffer): Iterable<Uint8Array>
  close(): void
}

function openLayerFile(tar: string | OpenTar, id: DiffId): LayerFile {
  const { fd, at } = typeof tar === 'string' ? { fd: openSync(tar, 'r'), at: 0 } : tar
  let window: Buffer | undefined
  let from = 0
  let to = 0
  const short = () => new Fault('blob.corrupt', `the layer ${id} is shorter than its index says`)
  const fill = (offset: number, length: number) => {
    // Reading on from where the last read ended pays for looking ahead; a jump does not.
    const near = offset >= to && offset - to <= 64 << 10
    window ??= Buffer.allocUnsafeSlow(windowSize)
    const want = near ? windowSize : Math.min(windowSize, length + 4096)
    from = offset
    to = offset
    while (to - from < length) {
      const n = readSync(fd, window, to - from, want - (to - from), at + to)
      if (n === 0) throw short()
      to += n
    }
  }
  const file: LayerFile = {
    reopens: typeof tar === 'string',
    readers: 0,
    run(offset, length, buffer) {
      if (length <= windowSize - 4096) {
        if (offset < from || offset + length > to) fill(offset, length)
        return [window!.subarray(offset - from, offset - from + length)]
      }
      return whileRead(file, largeRun(fd, { offset: at + offset, length }, buffer, short))
    },
    close: () => closeSync(fd),
  }
  return file
}

function* whileRead(file: LayerFile, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  file.readers++
  try {
    yield* chunks
  } finally {
    file.readers--
  }
}

function* largeRun(
  fd: number,
  run: { readonly offset: number; readonly length: number },
  buffer: Buffer,
  short: () => Fault,
): Generator<Uint8Array> {
  for (let done = 0; done < run.length; ) {
    const n = readSync(fd, buffer, 0, Math.min(chunkSize, run.length - done), run.offset + done)
    if (n === 0) throw short()
    done += n
    yield buffer.subarray(0, n)
  }
}

const zeros = new Uint8Array(64 << 10)

function* sparseChunks(file: FileEntry, layer: LayerFile, buffer: Buffer): Generator<Uint8Array> {
  if (file.content.in !== 'sparse') return
  let at = 0
  for (const extent of file.content.extents) {
    yield* hole(extent.at - at)
    yield* layer.run(extent.offset, extent.length, buffer)
    at = extent.at + extent.length
  }
  yield* hole(file.size - at)
}

function* hole(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= zeros.length)
    yield zeros.subarray(0, Math.min(left, zeros.length))
}
