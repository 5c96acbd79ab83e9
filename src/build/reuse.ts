// Bytes that an earlier layer has already: a file that it holds with the same content at the same path is read from there, one run of
// a big file instead of one small file after the other.
import { comparePaths, type Digest } from '../core/index.ts'
import type { Entry, LayerIndex } from '../layer/index.ts'

/** Opening, reading and closing a small file costs more than its bytes; a large one may as well be read where it is. */
const largest = 1 << 20

/** Turns host contents of known digest into contents of `earlier` where it has them; to be called with entries in path order. */
export function reuseContents(earlier: LayerIndex): (entry: Entry, digest: Digest | undefined) => Entry {
  let row = 0
  return (entry, digest) => {
    if (entry.kind !== 'file' || digest === undefined || entry.size === 0 || entry.size > largest)
      return entry
    while (row < earlier.length && comparePaths(earlier.pathOf(row), entry.path) < 0) row++
    const known = row < earlier.length ? earlier.at(row) : undefined
    if (known?.kind !== 'file' || known.path !== entry.path || known.digest !== digest) return entry
    return known.content.in === 'layer' ? { ...entry, content: known.content, digest } : entry
  }
}
