// Which layer hides each cell: a later one that says something else at its path, or one that removes or replaces a directory above.
import { isDirectoryKind, never, type Strata } from './strata.ts'

type Unhidden = Omit<Strata, 'hiddenBy' | 'inode' | 'goneBy' | 'size'>

/** `apart`: layers that hide everything below them. */
export function hideCells(strata: Unhidden, apart: readonly number[]): Uint16Array {
  const { length, depth, end, cellStart, layer, kind, flags, layers } = strata
  const hiddenBy = new Uint16Array(layer.length)
  // Per depth: for each layer the next one above it that hides what lower layers hold in the directory there.
  const nextHiding: Uint16Array[] = [lookAhead(new Uint16Array(layers.length).fill(never), apart)]
  for (let node = 0; node < length; node++) {
    const above = nextHiding[depth[node]!]!
    const first = cellStart[node]!
    const last = cellStart[node + 1]!
    for (let cell = first; cell < last; cell++) {
      let by = above[layer[cell]!]!
      const isDirectory = isDirectoryKind(kind[cell]!)
      for (let later = cell + 1; later < last && layer[later]! < by; later++)
        if (!isDirectory || flags[later] !== 0 || !isDirectoryKind(kind[later]!)) by = layer[later]!
      hiddenBy[cell] = by
    }
    if (end[node] === node + 1) continue
    const hiding: number[] = []
    for (let cell = first; cell < last; cell++)
      if (flags[cell] !== 0 || !isDirectoryKind(kind[cell]!)) hiding.push(layer[cell]!)
    nextHiding[depth[node]! + 1] = hiding.length === 0 ? above : lookAhead(above, hiding)
  }
  return hiddenBy
}

function lookAhead(above: Uint16Array, hiding: readonly number[]): Uint16Array {
  const next = above.slice()
  for (const by of hiding) for (let layer = 0; layer < by; layer++) next[layer] = Math.min(next[layer]!, by)
  return next
}
