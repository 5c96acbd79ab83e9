// Bytes that an earlier layer has already: a file whose content is known to stand in it is read from there, one run of a big file
// instead of one small file after the other.

import type { Digest } from '../core/index.ts'
import type { Content, Entry, LayerIndex } from '../layer/index.ts'

/** Opening, reading and closing a small file costs more than its bytes; a large one may as well be read where it is. */
const largest = 1 << 20

/** Turns host contents of known digest into contents of `earlier` where it has them. */
export function reuseContents(earlier: LayerIndex): (entry: Entry, digest: Digest | undefined) => Entry {
  const contents = new Map<Digest, Content>()
  for (let row = 0; row < earlier.length; row++) {
    const entry = earlier.at(row)
    if (entry.kind === 'file' && entry.digest !== undefined && entry.content.in === 'layer')
      contents.set(entry.digest, entry.content)
  }
  return (entry, digest) => {
    if (entry.kind !== 'file' || digest === undefined || entry.size === 0 || entry.size > largest)
      return entry
    const content = contents.get(digest)
    return content === undefined ? entry : { ...entry, content, digest }
  }
}
