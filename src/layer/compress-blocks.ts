// Compression of a whole layer on all cores: blocks of one size are compressed side by side, off the main thread, and come out in
// order. The blocks' size is fixed, so the same bytes at the same level always give the same result, however many cores there are.
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

export interface BlockCompression {
  readonly kind: 'gzip' | 'zstd'
  /** gzip 1 to 9, zstd 1 to 22. */
  readonly level: number
  /** Blocks under way at once. */
  readonly parallel: number
}

/** The levels that are used where nobody says one. */
export const usualLevel = { gzip: 5, zstd: 3 } as const

const deflateRaw = promisify(zlib.deflateRaw)
const zstdCompress = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)
const blockSize = { gzip: 1 << 20, zstd: 4 << 20 } as const
/** A result comes in one piece where zlib may write so much at once; by its default a block would take 64 calls. */
const pieceSize = { gzip: blockSize.gzip + (64 << 10), zstd: blockSize.zstd + (64 << 10) } as const
/** What deflate looks back on (RFC 1951). */
const window = 32 << 10

type Block = { readonly bytes: Buffer; readonly before: Buffer | undefined }

/** The compressed bytes of `source`: one gzip member, or zstd frames one after the other (RFC 8878, 3). */
export async function* compressBlocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { kind, level, parallel }: BlockCompression,
): AsyncGenerator<Uint8Array> {
  const pack =
    kind === 'gzip' ? (block: Block) => gzipBlock(block, level) : (block: Block) => zstdFrame(block, level)
  const under: Promise<Uint8Array>[] = []
  let crc = 0
  let size = 0
  if (kind === 'gzip') yield gzipHead
  for await (const block of blocksOf(source, blockSize[kind])) {
    crc = kind === 'gzip' ? zlib.crc32(block.bytes, crc) : 0
    size += block.bytes.length
    const packed = pack(block)
    // A failure is seen when its turn comes, not before.
    packed.catch(() => {})
    under.push(packed)
    if (under.length >= parallel) yield await under.shift()!
  }
  for (const packed of under) yield await packed
  if (kind === 'gzip') yield gzipTail(crc, size)
  else if (size === 0) yield await zstdFrame({ bytes: Buffer.alloc(0), before: undefined }, level)
}

async function* blocksOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Block> {
  let bytes = Buffer.allocUnsafeSlow(size)
  let used = 0
  let before: Buffer | undefined
  for await (const chunk of source)
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + size - used)
      bytes.set(part, used)
      at += part.length
      used += part.length
      if (used < size) continue
      yield { bytes, before }
      before = bytes.subarray(size - window)
      bytes = Buffer.allocUnsafeSlow(size)
      used = 0
    }
  if (used > 0) yield { bytes: bytes.subarray(0, used), before }
}

/** Ends on a whole byte, so that the next block can follow; looks back on the block before, so that little is lost. */
function gzipBlock({ bytes, before }: Block, level: number): Promise<Buffer> {
  const finishFlush = zlib.constants.Z_SYNC_FLUSH
  const chunkSize = pieceSize.gzip
  return deflateRaw(bytes, {
    level,
    finishFlush,
    chunkSize,
    ...(before === undefined ? {} : { dictionary: before }),
  })
}

function zstdFrame({ bytes }: Block, level: number): Promise<Buffer> {
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants
  const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 }
  return zstdCompress(bytes, { params, chunkSize: pieceSize.zstd })
}

/** No name, no time, no system (RFC 1952, 2.3). */
const gzipHead = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

/** An empty last block, then what RFC 1952 wants to check the whole by. */
function gzipTail(crc: number, size: number): Uint8Array {
  const tail = Buffer.alloc(10)
  tail[0] = 3
  tail.writeUInt32LE(crc, 2)
  tail.writeUInt32LE(size % 2 ** 32, 6)
  return tail
}
