// The cells of each layer by themselves. They are a tree of their own: a layer has a cell for every directory on the way.
import type { Strata } from './strata.ts'

export interface CellsByLayer {
  /** The cells of layer `i`, in the order of their nodes: from `start[i]` to `start[i + 1]`. */
  readonly cells: Uint32Array
  readonly start: Uint32Array
  /** By cell: its node. */
  readonly nodes: Uint32Array
}

export function cellsByLayer({ layers, length, cellStart, layer }: Strata): CellsByLayer {
  const start = new Uint32Array(layers.length + 1)
  for (let cell = 0; cell < layer.length; cell++) start[layer[cell]! + 1]!++
  for (let i = 0; i < layers.length; i++) start[i + 1]! += start[i]!
  const next = start.slice()
  const cells = new Uint32Array(layer.length)
  const nodes = new Uint32Array(layer.length)
  for (let node = 0; node < length; node++)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      cells[next[layer[cell]!]!++] = cell
      nodes[cell] = node
    }
  return { cells, start, nodes }
}
