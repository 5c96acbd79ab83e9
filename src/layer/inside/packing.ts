// How a content is packed, by its first bytes: file names say little of what build tools write.
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { detectCompression } from '../compress.ts'
import { isTarHead, tarBlock } from '../tar/detect.ts'
import { isZip } from './zip.ts'

export type Packing = 'gzip' | 'zstd' | 'zip' | 'tar'

/** How many bytes `packingOf` wants to see. */
export const packingHead = tarBlock

/** `undefined` for what is not packed, and for what cannot be unpacked here (bzip2, xz). */
export function packingOf(head: Uint8Array): Packing | undefined {
  if (isZip(head)) return 'zip'
  const compression = detectCompression(head)
  if (compression === 'gzip' || compression === 'zstd') return compression
  return isTarHead(head) ? 'tar' : undefined
}

export interface Unpacked {
  readonly bytes: Uint8Array
  /** Where the packing ends: anything may stand behind it. */
  readonly packedSize: number
}

/** Unpacks at once; `undefined` for what is damaged, or longer than `limit` bytes. */
export function unpackWhole(
  packing: 'gzip' | 'zstd',
  packed: Uint8Array,
  limit: number,
): Unpacked | undefined {
  const unpack = packing === 'gzip' ? gunzipSync : zstdDecompressSync
  try {
    // zlib's `info`, which the types lack
    const { buffer, engine } = unpack(packed, { maxOutputLength: limit, info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return { bytes: buffer, packedSize: engine.bytesWritten }
  } catch {
    return undefined
  }
}
