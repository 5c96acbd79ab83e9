// Finds byte strings in a stream of chunks.
import type { Needle } from './needles.ts'

export interface Finding {
  readonly needle: Needle
  /** Bytes from the start of the stream. */
  readonly offset: number
}

export interface Finder {
  push(chunk: Uint8Array): void
  readonly findings: readonly Finding[]
}

const mostFindings = 20
/** Searching for few bytes goes by the processor's fastest instructions, which matter more than false starts. */
const headLength = 6

export function createFinder(needles: readonly Needle[]): Finder {
  const overlap = Math.max(0, ...needles.map(({ bytes }) => bytes.length - 1))
  const heads = needles.map(({ bytes }) => bytes.subarray(0, headLength))
  const findings: Finding[] = []
  let seen = 0
  let tail = Buffer.alloc(0)
  const search = (bytes: Buffer, from: number): void => {
    needles.forEach((needle, i) => {
      for (let at = bytes.indexOf(heads[i]!); at >= 0; at = bytes.indexOf(heads[i]!, at + 1)) {
        if (findings.length >= mostFindings) return
        if (needle.bytes.equals(bytes.subarray(at, at + needle.bytes.length)))
          findings.push({ needle, offset: from + at })
      }
    })
  }
  return {
    findings,
    push(chunk) {
      if (needles.length === 0) return
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      // across the border: too short to hold what is whole on one side of it
      const border = Buffer.concat([tail, bytes.subarray(0, overlap)])
      if (tail.length > 0) {
        const before = findings.length
        search(border, seen - tail.length)
        const crossing = findings.splice(before)
        findings.push(
          ...crossing.filter(({ needle, offset }) => offset < seen && offset + needle.bytes.length > seen),
        )
      }
      search(bytes, seen)
      seen += bytes.length
      const joined = bytes.length >= overlap ? bytes : Buffer.concat([tail, bytes])
      tail = Buffer.from(joined.subarray(Math.max(0, joined.length - overlap)))
    },
  }
}
