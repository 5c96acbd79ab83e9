// dive's efficiency, by its own formula and with its faults (wagoodman/dive, dive/filetree/efficiency.go): each layer is a tree of its
// own, only leaves count, by path and not by content. Opaque marks mean nothing to it, a removed directory counts only if its path was
// a leaf elsewhere, and a whiteout of what it does not find ends the counting of that layer.
import { comparePaths } from '../../core/index.ts'
import { cellFlags, cellNumber, nodePath, nowhere, printWhiteout, type Strata } from '../../layer/index.ts'
import type { DiveScore } from './types.ts'

interface Leaf {
  readonly node: number
  readonly whiteout: boolean
  readonly size: number | 'unknown'
}

/** What is not counted. dive itself counts everything. */
export interface DiveScope {
  readonly baseLayers: number
  readonly ignored: (node: number) => boolean
}

export function diveScore(strata: Strata, scope?: DiveScope): DiveScore {
  const { layers } = strata
  // By node: how many leaves were counted there, their sizes together and the least of them.
  const count = new Uint32Array(strata.length)
  const sums = new Float64Array(strata.length)
  const least = new Float64Array(strata.length)
  const repeated: number[] = []
  for (const [layer, leaves] of leavesByLayer(strata).entries())
    for (const { node, size } of counted(strata, { layer, leaves })) {
      if (scope !== undefined && (layer < scope.baseLayers || scope.ignored(node))) continue
      least[node] = count[node] === 0 ? size : Math.min(least[node]!, size)
      sums[node]! += size
      if (++count[node]! === 2) repeated.push(node)
    }
  let [leastBytes, allBytes] = [0, 0]
  for (let node = 0; node < strata.length; node++) {
    leastBytes += least[node]!
    allBytes += sums[node]!
  }
  // Ascending and then turned round, so that equal ones come as dive lists them.
  repeated.sort((a, b) => sums[a]! - sums[b]!).reverse()
  const files = repeated.map((node) => ({
    path: nodePath(strata, node),
    count: count[node]!,
    sizeBytes: sums[node]!,
  }))
  const sizes = layers.map(({ contentSize }) => contentSize)
  const sizeBytes = sizes.reduce((total, size) => total + size, 0)
  // dive takes the lowest layer for the base.
  const baseBytes = sizes.slice(0, scope?.baseLayers || 1).reduce((total, size) => total + size, 0)
  const userSizeBytes = sizeBytes - baseBytes
  const wastedBytes = files.reduce((total, file) => total + file.sizeBytes, 0)
  return {
    efficiency: allBytes === 0 ? 1 : leastBytes / allBytes,
    wastedBytes,
    sizeBytes,
    userSizeBytes,
    wastedUserPercent: wastedBytes / userSizeBytes,
    files,
  }
}

/** The leaves of each layer's own tree, in node order; a path that is removed and made again in one layer is two. */
function leavesByLayer({ layers, length, end, cellStart, layer, row, kind, flags }: Strata): Leaf[][] {
  const leaves = layers.map((): Leaf[] => [])
  // Going backwards: the node that each layer spoke of last is below this one, or this one is a leaf.
  const next = new Uint32Array(layers.length).fill(nowhere)
  for (let node = length - 1; node > 0; node--)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      const own = layer[cell]!
      const isLeaf = next[own]! >= end[node]!
      next[own] = node
      if (isLeaf && kind[cell] !== cellNumber.whiteout) {
        const size = kind[cell] === cellNumber.file ? layers[own]!.size[row[cell]!]! : 0
        leaves[own]!.push({ node, whiteout: false, size })
      }
      if ((flags[cell]! & cellFlags.whiteout) !== 0)
        leaves[own]!.push({ node, whiteout: true, size: 'unknown' })
    }
  for (const list of leaves) list.reverse()
  return leaves
}

/** A layer's leaves with their sizes, in the order in which dive visits them, up to the first whiteout that it cannot place. */
function* counted(
  strata: Strata,
  { layer, leaves }: { readonly layer: number; readonly leaves: readonly Leaf[] },
): Generator<{ readonly node: number; readonly size: number }> {
  for (const { node, size } of leaves.some(({ whiteout }) => whiteout) ? asSpelled(strata, leaves) : leaves) {
    const known = size === 'unknown' ? sizeBelow(strata, node, Math.max(layer, 1)) : size
    if (known === undefined) return
    yield { node, size: known }
  }
}

/** In the order of the names as the tar has them. */
function asSpelled(strata: Strata, leaves: readonly Leaf[]): readonly Leaf[] {
  const spelled = leaves.map((leaf) => {
    const path = nodePath(strata, leaf.node)
    return { leaf, path: leaf.whiteout ? printWhiteout('whiteout', path) : path }
  })
  return spelled.sort((a, b) => comparePaths(a.path, b.path)).map(({ leaf }) => leaf)
}

/**
 * What dive takes a whiteout at `node` to remove from the `height` layers below it: all files of a directory that has an entry of its
 * own, nothing for other things; `undefined` where it finds nothing.
 */
function sizeBelow(strata: Strata, node: number, height: number): number | undefined {
  const { depth, end, parent, layers, layer, row, kind } = strata
  // Per depth the highest layer with a whiteout there or above.
  const floors: number[] = []
  const above: number[] = []
  for (let at = node; at > 0; at = parent[at]!) above.unshift(parent[at]!)
  for (const at of above)
    floors[depth[at]!] = floorAt(strata, at, { height, above: floors[depth[at]! - 1] ?? 0 })
  let sum = 0
  for (let at = node; at < end[node]!; at++) {
    const floor = floorAt(strata, at, { height, above: floors[depth[at]! - 1] ?? 0 })
    floors[depth[at]!] = floor
    const cell = topmost(strata, at, height)
    const stands = cell >= 0 && layer[cell]! >= floor
    if (at === node && !stands) return undefined
    if (at === node && kind[cell] !== cellNumber.directory) return 0
    if (stands && kind[cell] === cellNumber.file) sum += layers[layer[cell]!]!.size[row[cell]!]!
  }
  return sum
}

function floorAt(
  { cellStart, layer, flags }: Strata,
  node: number,
  { height, above }: { readonly height: number; readonly above: number },
): number {
  let floor = above
  for (let cell = cellStart[node]!; cell < cellStart[node + 1]! && layer[cell]! < height; cell++)
    if ((flags[cell]! & cellFlags.whiteout) !== 0) floor = Math.max(floor, layer[cell]!)
  return floor
}

/** The topmost cell below a height that puts something there; -1 where none does. */
function topmost({ cellStart, layer, kind }: Strata, node: number, height: number): number {
  for (let cell = cellStart[node + 1]! - 1; cell >= cellStart[node]!; cell--)
    if (layer[cell]! < height && kind[cell] !== cellNumber.whiteout) return cell
  return -1
}
