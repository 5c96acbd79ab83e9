// How a content is packed, by its first bytes: file names say little of what build tools write.
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib'
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

/** Unpacks at once, what is damaged or cut as far as it goes; `undefined` where that is nowhere, or longer than `limit` bytes. */
export function unpackWhole(packing: 'gzip' | 'zstd', packed: Buffer, limit: number): Unpacked | undefined {
  const found = packing === 'gzip' ? unpackGzip(packed, limit) : unpackWith(zstdDecompressSync, packed, limit)
  return typeof found === 'string' ? undefined : found
}

type Refusal = 'long' | 'damaged'

/** Longer chains of gzip members are left to a stream. */
const mostGzipMembers = 100

/** Member by member (RFC 1952), since zlib gives nothing at all of a file that has anything else behind them. */
function unpackGzip(packed: Buffer, limit: number): Unpacked | Refusal {
  const members: Uint8Array[] = []
  let [at, left] = [0, limit]
  for (let body = gzipBody(packed, at); body !== undefined; body = gzipBody(packed, at)) {
    if (members.length === mostGzipMembers || left === 0) return 'long'
    const found = unpackWith(inflateRawSync, packed.subarray(body), left)
    if (found === 'long') return found
    if (found === 'damaged') break
    members.push(found.bytes)
    left -= found.bytes.length
    at = Math.min(body + found.packedSize + gzipTrailer, packed.length)
  }
  return members.length === 0 ? 'damaged' : { bytes: Buffer.concat(members), packedSize: at }
}

const gzipHeader = 10
const gzipTrailer = 8
const [hasChecksum, hasExtra, hasName, hasComment] = [2, 4, 8, 16]

/** Where the compressed bytes of the gzip member at a place begin; `undefined` where there is none. */
function gzipBody(file: Buffer, member: number): number | undefined {
  if (member + gzipHeader > file.length || file.readUInt16BE(member) !== 0x1f8b) return undefined
  const flags = file[member + 3]!
  let at = member + gzipHeader
  if ((flags & hasExtra) !== 0) at += 2 + (at + 2 <= file.length ? file.readUInt16LE(at) : 0)
  for (const text of [hasName, hasComment]) {
    if ((flags & text) === 0) continue
    const end = file.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if ((flags & hasChecksum) !== 0) at += 2
  return at < file.length ? at : undefined
}

function unpackWith(
  unpack: typeof inflateRawSync | typeof zstdDecompressSync,
  packed: Uint8Array,
  limit: number,
): Unpacked | Refusal {
  const finishFlush = unpack === inflateRawSync ? constants.Z_SYNC_FLUSH : constants.ZSTD_e_flush
  const options = { maxOutputLength: limit, finishFlush, info: true }
  try {
    // zlib's `info`, which the types lack
    const { buffer, engine } = unpack(packed, options) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return { bytes: buffer, packedSize: engine.bytesWritten }
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'long' : 'damaged'
  }
}
