// The digest of a file with holes while only its stored runs go by. Holes cost time to hash and nothing to claim, so an archive gets
// a budget of them; files beyond it have no digest in the index and are hashed if somebody asks.
import { createHash, type Hash } from 'node:crypto'
import type { Extent } from './entry.ts'

/** Bytes of holes that are hashed in one archive. */
const budget = 1024 * 1024 * 1024
const zeros = Buffer.alloc(1024 * 1024)

export interface HoleDigest {
  open(extents: readonly Extent[], size: number): void
  push(piece: Buffer): void
  /** The digest of the file opened last, if the budget allowed it. */
  end(): Buffer | undefined
}

export function createHoleDigest(): HoleDigest {
  let left = budget
  let state: { hash: Hash; extents: readonly Extent[]; next: number; at: number; size: number } | undefined
  const fill = (to: number): void => {
    if (state === undefined) return
    while (state.at < to) {
      const length = Math.min(zeros.length, to - state.at)
      state.hash.update(zeros.subarray(0, length))
      state.at += length
    }
  }
  return {
    open(extents, size) {
      let holes = size
      for (const extent of extents) holes -= extent.length
      state = holes > left ? undefined : { hash: createHash('sha256'), extents, next: 0, at: 0, size }
      if (state !== undefined) left -= holes
    },
    push(piece) {
      if (state === undefined) return
      for (let from = 0; from < piece.length; ) {
        const extent = state.extents[state.next]!
        if (state.at < extent.at) fill(extent.at)
        const take = Math.min(piece.length - from, extent.at + extent.length - state.at)
        state.hash.update(piece.subarray(from, from + take))
        state.at += take
        from += take
        if (state.at === extent.at + extent.length) state.next++
      }
    },
    end() {
      if (state === undefined) return undefined
      fill(state.size)
      return state.hash.digest()
    },
  }
}
