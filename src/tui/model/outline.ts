// The rows of the tree pane: the nodes that are drawn and which of them are the last in their directory. One pass over typed arrays
// for each change of what is shown, so that three hundred thousand rows cost milliseconds and drawing only what is on the screen.
import type { NodeId, TreeShape } from '../../engine/index.ts'

export interface Outline {
  /** Top to bottom. */
  readonly ids: Uint32Array
  /** By node: 1 where nothing drawn follows in the same directory. */
  readonly last: Uint8Array
}

export function outlineOf(ids: Uint32Array, { depth }: TreeShape): Outline {
  const last = new Uint8Array(depth.length)
  /** By depth: whether a row below, in the same directory, was seen. */
  const seen = new Uint8Array(65_537)
  let below = 0
  for (let row = ids.length - 1; row >= 0; row--) {
    const id = ids[row]!
    const own = depth[id]!
    while (below > own) seen[below--] = 0
    below = own
    last[id] = 1 - seen[own]!
    seen[own] = 1
  }
  return { ids, last }
}

/** The directories above a node, nearest first, the root left out. */
export function* above(id: NodeId, { parent }: TreeShape): Generator<NodeId> {
  for (let at = parent[id]!; at !== 0; at = parent[at]!) yield at
}

/** Whether there is a path below in any view. */
export function holdsPaths(id: NodeId, { end }: TreeShape): boolean {
  return end[id]! > id + 1
}
