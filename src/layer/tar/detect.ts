// Whether bytes begin a tar: the header checksum tells, for every dialect.
import { isFault } from '../../core/index.ts'
import { blockSize, checkSum } from './header.ts'

/** Bytes of one block. */
export const tarBlock = blockSize

/** Whether the first 512 bytes are a tar header with a right checksum. */
export function isTarHead(head: Uint8Array): boolean {
  if (head.length < blockSize || head[0] === 0) return false
  try {
    checkSum(Buffer.from(head.subarray(0, blockSize)))
    return true
  } catch (thrown) {
    if (isFault(thrown)) return false
    throw thrown
  }
}
