// Compression of layers with what Node has: gzip and zstd. bzip2 and xz are recognised, for ADD, but not read here.
import { type Duplex, PassThrough, pipeline, Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { Fault } from '../core/index.ts'

export type Compression = 'plain' | 'gzip' | 'zstd' | 'bzip2' | 'xz'

/** How many bytes `detectCompression` wants to see. */
export const headSize = 6

/** What the first bytes of a stream say it is; what is not known is plain. */
export function detectCompression(head: Uint8Array): Compression {
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte)
  if (starts(0x1f, 0x8b)) return 'gzip'
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  // A zstd stream may start with skippable frames (RFC 8878, 3.1.2), as estargz-like formats do.
  if (head.length >= 4 && head[0]! >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18)
    return 'zstd'
  if (starts(0x42, 0x5a, 0x68)) return 'bzip2'
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz'
  return 'plain'
}

/** A stream that takes compressed bytes and gives plain ones. */
function decompressor(kind: Compression): Duplex {
  const chunkSize = 256 * 1024
  if (kind === 'plain') return new PassThrough()
  if (kind === 'gzip') return zlib.createGunzip({ chunkSize })
  if (kind === 'zstd') return zlib.createZstdDecompress({ chunkSize })
  throw new Fault('compression.unsupported', `${kind} compression is not supported for layers`, {
    hint: 'Compress with gzip or zstd, or not at all.',
  })
}

/** The plain bytes of a stream; faults with `compression.invalid` where they are damaged or cut short. */
export async function* decompress(
  kind: Compression,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const plain = decompressor(kind)
  // The error comes out of the iteration; without a callback it would end the process.
  pipeline(Readable.from(source), plain, () => {})
  try {
    yield* plain as AsyncIterable<Uint8Array>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE)/.test(code)) throw error
    throw new Fault('compression.invalid', `the ${kind} data is damaged or cut short`, { cause: error })
  }
}
