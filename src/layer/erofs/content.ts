// Where a file's bytes are, in pieces the kernel can map: blocks of a tar where the content lies in whole blocks, else blocks of the
// image itself, which then holds a copy; what no extent covers is a hole.
import type { DiffId } from '../../core/index.ts'
import type { Extent, FileEntry } from '../entry.ts'
import { blockBits, blockSize } from './super.ts'
import type { Chunks } from './tree.ts'

/** Five bits hold the exponent above the block size (EROFS_CHUNK_FORMAT_BLKBITS_MASK); 2^30 fits a 32-bit kernel's long too. */
const largestBits = 30
const hole = -1
const mostPieces = 65536

export interface ContentInput {
  /** Layers whose tar has a device slot, in order, and the sizes of the tars. */
  readonly devices: readonly { readonly layer: DiffId; readonly size: number }[]
  readonly read: (file: FileEntry) => Iterable<Uint8Array>
}

/** The pieces of a file that is not empty. */
export function chunksOf(file: FileEntry, { devices, read }: ContentInput): Chunks {
  const { content, size } = file
  if (content.in === 'layer' || content.in === 'sparse') {
    const extents =
      content.in === 'layer' ? [{ at: 0, offset: content.offset, length: size }] : content.extents
    const slot = devices.findIndex(({ layer }) => layer === content.layer)
    if (slot >= 0) {
      const mapped = mapExtents(extents, { size, device: slot + 1, tarSize: devices[slot]!.size })
      if (mapped !== undefined) return mapped
    }
  }
  return embed(file, read)
}

function mapExtents(
  extents: readonly Extent[],
  { size, device, tarSize }: { size: number; device: number; tarSize: number },
): Chunks | undefined {
  const roundUp = (bytes: number) => Math.ceil(bytes / blockSize) * blockSize
  let bits = Math.min(largestBits, Math.max(blockBits, Math.ceil(Math.log2(size))))
  const kept = extents.filter(({ length }) => length > 0)
  for (const { at, offset, length } of kept) {
    if (at % blockSize !== 0 || offset % blockSize !== 0 || offset + roundUp(length) > tarSize)
      return undefined
    const reachesEnd = at + length >= size
    if (length % blockSize !== 0 && !reachesEnd) return undefined
    bits = Math.min(bits, alignment(at), reachesEnd ? bits : alignment(length))
  }
  const count = Math.ceil(size / 2 ** bits)
  if (kept.length > 1 && count > mostPieces) return undefined
  const blocks = new Array<number>(count).fill(hole)
  for (const { at, offset, length } of kept) {
    const first = at / 2 ** bits
    const last = Math.ceil((at + length) / 2 ** bits)
    for (let piece = first; piece < last; piece++)
      blocks[piece] = (offset + (piece - first) * 2 ** bits) / blockSize
  }
  return { bits, devices: blocks.map(() => device), blocks, embedded: [] }
}

/** The largest exponent of two that divides `value`. */
function alignment(value: number): number {
  if (value === 0) return largestBits
  let bits = 0
  for (let rest = value; rest % 2 === 0 && bits < largestBits; rest /= 2) bits++
  return bits
}

function embed(file: FileEntry, read: ContentInput['read']): Chunks {
  const { size } = file
  const bits = Math.min(largestBits, Math.max(12, Math.ceil(Math.log2(size / mostPieces))))
  const piece = 2 ** bits
  const embedded: (Uint8Array | undefined)[] = []
  let pending = Buffer.alloc(0)
  const take = (bytes: Buffer) =>
    embedded.push(bytes.some((byte) => byte !== 0) ? Buffer.from(bytes) : undefined)
  for (const part of read(file)) {
    pending = pending.length === 0 ? Buffer.from(part) : Buffer.concat([pending, part])
    let at = 0
    for (; pending.length - at >= piece; at += piece) take(pending.subarray(at, at + piece))
    pending = pending.subarray(at)
  }
  if (pending.length > 0) take(pending)
  return { bits, devices: embedded.map(() => 0), blocks: embedded.map(() => hole), embedded }
}
