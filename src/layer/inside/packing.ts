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

/** Unpacks at once; `undefined` for what is damaged, or longer than `limit` bytes. */
export function unpackWhole(
  packing: 'gzip' | 'zstd',
  bytes: Uint8Array,
  limit: number,
): Uint8Array | undefined {
  const options = { maxOutputLength: limit }
  try {
    return packing === 'gzip' ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options)
  } catch {
    return undefined
  }
}
