// The 512-byte tar header (POSIX.1-2024 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"), read where it lies.
import { Fault } from '../../core/index.ts'

export const blockSize = 512

export function invalid(message: string): Fault {
  return new Fault('tar.invalid', `the archive is damaged: ${message}`)
}

/** Whether a block is all zeros. */
export function isZero(block: Buffer): boolean {
  if (block[0] !== 0) return false
  for (let i = 1; i < blockSize; i++) if (block[i] !== 0) return false
  return true
}

/** Faults with `tar.invalid` where the checksum field does not fit; old writers summed signed bytes, so that is accepted too. */
export function checkSum(block: Buffer): void {
  let sum = 0
  let high = 0
  for (let i = 0; i < blockSize; i++) {
    const byte = block[i]!
    sum += byte
    high += byte >>> 7
  }
  for (let i = 148; i < 156; i++) {
    sum += 32 - block[i]!
    high -= block[i]! >>> 7
  }
  const stated = parseNumber(block, 148, 8)
  if (stated !== sum && stated !== sum - 256 * high) throw invalid('a header does not fit its checksum')
}

/** A numeric field: octal text, or base 256 with the top bit set (GNU). Faults beyond 2^53. */
export function parseNumber(block: Buffer, start: number, length: number): number {
  const first = block[start]!
  if (first & 0x80) return parseBinary(block, start, length)
  let at = start
  const end = start + length
  while (at < end && (block[at] === 32 || block[at] === 0)) at++
  let value = 0
  for (; at < end; at++) {
    const digit = block[at]! - 48
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; at < end; at++)
    if (block[at] !== 32 && block[at] !== 0) throw invalid('a numeric field of a header is no number')
  return value
}

function parseBinary(block: Buffer, start: number, length: number): number {
  const negative = (block[start]! & 0x40) !== 0
  let value = negative ? -1n : 0n
  for (let i = 0; i < length; i++) {
    const byte = i === 0 ? (block[start]! & 0x3f) | (negative ? 0xc0 : 0) : block[start + i]!
    value = i === 0 ? BigInt.asIntN(8, BigInt(byte)) : (value << 8n) | BigInt(byte)
  }
  const result = Number(value)
  if (!Number.isSafeInteger(result)) throw invalid('a numeric field of a header is too large')
  return result
}

/** The bytes of a text field, up to its NUL. */
export function field(block: Buffer, start: number, length: number): Buffer {
  let end = start
  while (end < start + length && block[end] !== 0) end++
  return block.subarray(start, end)
}

export type Dialect = 'v7' | 'ustar' | 'gnu'

export function dialectOf(block: Buffer): Dialect {
  const magic = block.toString('latin1', 257, 265)
  if (magic === 'ustar  \0') return 'gnu'
  return magic.startsWith('ustar\0') ? 'ustar' : 'v7'
}

/**
 * GNU headers have times where ustar has the prefix: octal digits or base-256. Go before 1.6 wrote prefixes under GNU's magic
 * (golang.org/issue/12594), so what can be no time is a prefix there too.
 */
function hasPrefix(block: Uint8Array, dialect: Dialect): boolean {
  const first = block[345]!
  if (first === 0) return false
  const isTime = first === 0x20 || (first >= 0x30 && first <= 0x37) || first >= 0x80
  return dialect === 'ustar' || !isTime
}

/** The name as the header has it, with the ustar prefix before it. */
export function nameOf(block: Buffer, dialect: Dialect): Buffer {
  const name = field(block, 0, 100)
  if (dialect === 'v7' || !hasPrefix(block, dialect)) return name
  return Buffer.concat([field(block, 345, 155), Buffer.from('/'), name])
}
