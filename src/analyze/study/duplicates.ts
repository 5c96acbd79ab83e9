// The same content at several paths of the final file system, where the paths are not names of one file. One copy is needed, so the
// others count.
import { cellNumber, digestBytes, nodePath, type Strata, standing } from '../../layer/index.ts'
import type { WasteItem } from './types.ts'

export function findDuplicates(strata: Strata): WasteItem[] {
  const { length, layers, layer, kind, inode } = strata
  const first = new Map<string, { readonly node: number; readonly cell: number }>()
  const copies = new Map<string, { readonly node: number; readonly cell: number }[]>()
  const seen = new Uint8Array(kind.length)
  for (let node = 0; node < length; node++) {
    const cell = standing(strata, node, layers.length)
    if (cell < 0) continue
    const file = inode[cell]!
    if (kind[file] !== cellNumber.file || seen[file] === 1 || strata.size[file]! === 0) continue
    seen[file] = 1
    const digest = digestBytes(strata, file)
    if (digest === undefined) continue
    // Half of a digest tells contents of one image apart, and costs half the memory.
    const key = Buffer.from(digest.buffer, digest.byteOffset, 16).toString('latin1')
    const found = first.get(key)
    if (found === undefined) first.set(key, { node, cell: file })
    else {
      const list = copies.get(key) ?? [found]
      list.push({ node, cell: file })
      copies.set(key, list)
    }
  }
  return [...copies.values()].map((places): WasteItem => {
    const [kept, ...others] = places.sort((a, b) => layer[a.cell]! - layer[b.cell]! || a.node - b.node)
    return {
      class: 'duplicate',
      path: nodePath(strata, kept!.node),
      directory: false,
      files: others.length,
      bytes: others.reduce((sum, { cell }) => sum + strata.size[cell]!, 0),
      broughtBy: layer[others[0]!.cell]!,
      copies: others.map(({ node, cell }) => ({ path: nodePath(strata, node), layer: layer[cell]! })),
    }
  })
}
