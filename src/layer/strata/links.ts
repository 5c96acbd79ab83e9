// Where hard links lead: to a file of their own layer, or to what stands at the target below it. A file is gone when all its names are.
import type { RootPath } from '../../core/index.ts'
import { linkAt } from '../row-entry.ts'
import { cellNumber, findNode, isDirectoryKind, nowhere, type Strata, standing } from './strata.ts'

export function linkCells(parts: Omit<Strata, 'inode' | 'goneBy' | 'size'>): Strata {
  const { layers, layer, row, kind, hiddenBy } = parts
  const inode = new Uint32Array(kind.length)
  for (let cell = 0; cell < inode.length; cell++) inode[cell] = cell
  const goneBy = hiddenBy.slice()
  const size = new Float64Array(kind.length)
  const strata: Strata = { ...parts, inode, goneBy, size }
  for (let cell = 0; cell < kind.length; cell++)
    if (kind[cell] === cellNumber.file) size[cell] = layers[layer[cell]!]!.size[row[cell]!]!
  for (let cell = 0; cell < kind.length; cell++) {
    if (kind[cell] !== cellNumber.hardlink) continue
    const file = follow(strata, cell)
    inode[cell] = file
    if (file === nowhere) continue
    goneBy[file] = Math.max(goneBy[file]!, hiddenBy[cell]!)
    size[cell] = size[file]!
  }
  return strata
}

function follow(strata: Strata, link: number): number {
  const { layers, layer, row, kind } = strata
  let cell = link
  for (let steps = 0; kind[cell] === cellNumber.hardlink; steps++) {
    const from = layer[cell]!
    const node = findNode(strata, linkAt(layers[from]!, row[cell]!) as RootPath)
    if (node < 0 || steps > layers.length) return nowhere
    const own = cellOf(strata, node, from)
    const next = own >= 0 && kind[own] !== cellNumber.whiteout ? own : standing(strata, node, from)
    if (next < 0 || isDirectoryKind(kind[next]!)) return nowhere
    cell = next
  }
  return cell
}

/** The cell of a layer at a node; -1 where it says nothing there. */
export function cellOf({ cellStart, layer }: Strata, node: number, wanted: number): number {
  for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++)
    if (layer[cell] === wanted) return cell
  return -1
}
