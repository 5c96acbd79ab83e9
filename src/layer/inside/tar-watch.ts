// Finds the members of a tar that are packed themselves, while its bytes go by.
import { isFault, type RootPath } from '../../core/index.ts'
import { createTarReader } from '../tar/reader.ts'
import { packingHead, packingOf } from './packing.ts'

export interface PackedMember {
  readonly path: RootPath
  /** Where its bytes begin in the tar. */
  readonly from: number
  readonly bytes: Buffer
}

/** Takes a tar in pieces and gives the packed members of at most `limit` bytes that are whole by then; a damaged tar ends there. */
export function watchTar(limit: number): (piece: Uint8Array) => readonly PackedMember[] {
  let whole: PackedMember[] = []
  let open: { readonly path: RootPath; readonly from: number; parts: Buffer[]; size: number } | undefined
  const reader = createTarReader({
    member({ kind, path }, { offset, stored, extents }) {
      const fits = kind === 'file' && stored > 0 && stored <= limit && extents === undefined
      open = fits ? { path, from: offset, parts: [], size: 0 } : undefined
    },
    data(piece) {
      if (open === undefined) return
      const before = open.size
      open.parts.push(Buffer.from(piece))
      open.size += piece.length
      if (before >= packingHead || open.size < packingHead) return
      open.parts = [Buffer.concat(open.parts)]
      if (packingOf(open.parts[0]!) === undefined) open = undefined
    },
    close() {
      if (open === undefined) return
      const { path, from, parts } = open
      const bytes = Buffer.concat(parts)
      if (packingOf(bytes) !== undefined) whole.push({ path, from, bytes })
      open = undefined
    },
  })
  let isDamaged = false
  return (piece) => {
    whole = []
    try {
      if (!isDamaged) reader.push(piece)
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown
      isDamaged = true
    }
    return whole
  }
}
