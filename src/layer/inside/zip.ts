// The members of a zip file that lies in memory (jar, whl and nupkg files are such), by its central directory (APPNOTE.TXT 4.3.12 and
// 4.3.16). Whatever the file says of itself is held to its bounds; what cannot be read is passed over.
import { inflateRawSync } from 'node:zlib'
import { type RootPath, toRootPath } from '../../core/index.ts'

export interface ZipMember {
  readonly path: RootPath
  /** Where its bytes lie in the file, as they are packed. */
  readonly from: number
  readonly to: number
  /** What it holds; `undefined` where it is packed and damaged, or longer than `limit` bytes. */
  unpack(limit: number): Uint8Array | undefined
}

const endSize = 22
const longestComment = 0xffff
const entrySize = 46
const localSize = 30
const stored = 0
const deflated = 8

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4
}

/** In the order of the central directory, without those that are encrypted or packed in another way than deflate. */
export function* zipMembers(file: Buffer): Generator<ZipMember> {
  const end = findEnd(file)
  if (end === undefined) return
  let at = file.readUInt32LE(end + 16)
  while (at + entrySize <= end && file.readUInt32LE(at) === 0x02014b50) {
    const nameEnd = at + entrySize + file.readUInt16LE(at + 28)
    const name = file.toString('utf8', at + entrySize, nameEnd).replaceAll('\0', '')
    const member = memberAt(file, at, toRootPath(`/${name}`))
    if (member !== undefined) yield member
    at = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
}

/** The end record stands last, before a comment that may hold anything, a false record too. */
function findEnd(file: Buffer): number | undefined {
  const first = Math.max(0, file.length - endSize - longestComment)
  for (let at = file.length - endSize; at >= first; at--)
    if (file.readUInt32LE(at) === 0x06054b50 && at + endSize + file.readUInt16LE(at + 20) === file.length)
      return at
  return undefined
}

function memberAt(file: Buffer, entry: number, path: RootPath): ZipMember | undefined {
  const encrypted = (file.readUInt16LE(entry + 8) & 1) === 1
  const method = file.readUInt16LE(entry + 10)
  if (encrypted || (method !== stored && method !== deflated)) return undefined
  const local = file.readUInt32LE(entry + 42)
  if (local + localSize > file.length || file.readUInt32LE(local) !== 0x04034b50) return undefined
  const from = local + localSize + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  const to = from + file.readUInt32LE(entry + 20)
  if (to > file.length) return undefined
  const packed = file.subarray(from, to)
  return {
    path,
    from,
    to,
    unpack(limit) {
      if (method === stored) return packed
      try {
        return inflateRawSync(packed, { maxOutputLength: limit })
      } catch {
        return undefined
      }
    },
  }
}
