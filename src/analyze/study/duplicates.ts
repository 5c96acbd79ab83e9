// The same content at several paths of the final file system, where the paths are not names of one file. One copy is needed, so the
// others count.
import {
  cellNumber,
  digestBytes,
  nodePath,
  nowhere,
  type Strata,
  sameDigest,
  standing,
} from '../../layer/index.ts'
import type { WasteItem } from './types.ts'

export function findDuplicates(strata: Strata): WasteItem[] {
  const { length, layers, layer, kind, inode } = strata
  const firsts = contentTable(strata)
  /** By cell: the node of the name by which it was found. */
  const foundAt = new Uint32Array(kind.length)
  const copies = new Map<number, number[]>()
  for (let node = 0; node < length; node++) {
    const cell = standing(strata, node, layers.length)
    if (cell < 0) continue
    const file = inode[cell]!
    if (kind[file] !== cellNumber.file || foundAt[file] !== 0 || strata.size[file]! === 0) continue
    foundAt[file] = node
    const first = firsts(file)
    if (first === undefined || first === file) continue
    const list = copies.get(first) ?? [first]
    list.push(file)
    copies.set(first, list)
  }
  return [...copies.values()].map((cells): WasteItem => {
    const [kept, ...others] = cells.sort((a, b) => layer[a]! - layer[b]! || a - b)
    return {
      class: 'duplicate',
      path: nodePath(strata, foundAt[kept!]!),
      directory: false,
      files: others.length,
      bytes: others.length * strata.size[kept!]!,
      broughtBy: layer[others[0]!]!,
      copies: others.map((cell) => ({ path: nodePath(strata, foundAt[cell]!), layer: layer[cell]! })),
    }
  })
}

/** Gives for a file the first one that was asked about with the same content; `undefined` where its digest is not known. */
function contentTable(strata: Strata): (cell: number) => number | undefined {
  let size = 1024
  while (size < strata.kind.length * 2) size *= 2
  const table = new Uint32Array(size).fill(nowhere)
  return (cell) => {
    const digest = digestBytes(strata, cell)
    if (digest === undefined) return undefined
    // Digests are evenly spread already.
    let at = (digest[0]! | (digest[1]! << 8) | (digest[2]! << 16) | (digest[3]! << 24)) & (size - 1)
    for (; table[at] !== nowhere; at = (at + 1) & (size - 1))
      if (sameDigest(strata, table[at]!, cell)) return table[at]!
    table[at] = cell
    return cell
  }
}
