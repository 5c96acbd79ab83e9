// Whether bytes begin a tar: the header checksum tells, for every dialect.
import { blockSize } from './header.ts'

/** Bytes of one block. */
export const tarBlock = blockSize

const checksumAt = 148
const checksumLength = 8

/** Whether the first 512 bytes are a tar header with a right checksum (tar(5): the sum counts the checksum field as blanks). */
export function isTarHead(head: Uint8Array): boolean {
  if (head.length < blockSize || head[0] === 0) return false
  let sum = 0
  for (let i = 0; i < blockSize; i++)
    sum += i >= checksumAt && i < checksumAt + checksumLength ? 32 : (head[i] as number)
  const text = Buffer.from(head.subarray(checksumAt, checksumAt + checksumLength)).toString('latin1')
  const stated = /^[\0 ]*([0-7]+)/.exec(text)?.[1]
  return stated !== undefined && Number.parseInt(stated, 8) === sum
}
