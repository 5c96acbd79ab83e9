// The bytes of entries: out of stored tars, out of files, out of memory.
import fs from 'node:fs'
import { type DiffId, Fault } from '../core/index.ts'
import type { FileEntry } from '../layer/index.ts'

const chunkSize = 1 << 20

/** Reads a file's content in pieces, holes as zeros; the pieces are valid until the next is asked for. */
export function readContent(tarPath: (id: DiffId) => string): (file: FileEntry) => Iterable<Uint8Array> {
  return function* (file) {
    const { content, size } = file
    switch (content.in) {
      case 'memory':
        yield content.bytes
        return
      case 'host':
        yield* readRange(content.path, 0, size)
        return
      case 'layer':
        yield* readRange(tarPath(content.layer), content.offset, size)
        return
      case 'sparse': {
        const tar = tarPath(content.layer)
        let at = 0
        for (const extent of content.extents) {
          yield* zeros(extent.at - at)
          yield* readRange(tar, extent.offset, extent.length)
          at = extent.at + extent.length
        }
        yield* zeros(size - at)
      }
    }
  }
}

function* zeros(length: number): Iterable<Uint8Array> {
  const piece = new Uint8Array(Math.min(length, chunkSize))
  for (let rest = length; rest > 0; rest -= piece.length)
    yield rest < piece.length ? piece.subarray(0, rest) : piece
}

function* readRange(path: string | Buffer, offset: number, length: number): Iterable<Uint8Array> {
  if (length === 0) return
  const fd = fs.openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(Math.min(length, chunkSize))
    for (let done = 0; done < length; ) {
      const read = fs.readSync(fd, buffer, 0, Math.min(buffer.length, length - done), offset + done)
      if (read === 0)
        throw new Fault('blob.corrupt', `${path} ends before the content that its index tells of`)
      yield buffer.subarray(0, read)
      done += read
    }
  } finally {
    fs.closeSync(fd)
  }
}
