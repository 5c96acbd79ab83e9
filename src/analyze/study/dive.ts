// dive's efficiency, by its own formula and with its faults (wagoodman/dive, dive/filetree/efficiency.go): each layer is a tree of its
// own, only leaves count, by path and not by content. Opaque marks mean nothing to it, a removed directory counts only if its path was
// a leaf elsewhere, and a whiteout of what it does not find ends the counting of that layer.
import { comparePaths, type RootPath } from '../../core/index.ts'
import {
  type CellsByLayer,
  cellFlags,
  cellNumber,
  cellsByLayer,
  nodePath,
  nowhere,
  printWhiteout,
  type Strata,
} from '../../layer/index.ts'
import type { DiveScore } from './types.ts'

/** What is not counted. dive itself counts everything. */
export interface DiveScope {
  readonly baseLayers: number
  readonly ignored: (node: number) => boolean
}

export function diveScore(strata: Strata, scope?: DiveScope): DiveScore {
  const { layers, length } = strata
  // By node: how often its path was a leaf, their sizes together, and the least of them.
  const count = new Uint32Array(length)
  const sums = new Float64Array(length)
  const least = new Float64Array(length)
  const repeated: number[] = []
  const tally = (node: number, size: number): void => {
    if (scope?.ignored(node) === true) return
    least[node] = count[node] === 0 ? size : Math.min(least[node]!, size)
    count[node]!++
    sums[node]! += size
    if (count[node] === 2) repeated.push(node)
  }
  const groups = cellsByLayer(strata)
  const leaves = leafCells(strata, groups)
  for (let layer = scope?.baseLayers ?? 0; layer < layers.length; layer++)
    visitLeaves(strata, { layer, groups, leaves }, tally)
  let leastOfAll = 0
  let sumOfAll = 0
  for (let node = 0; node < length; node++) {
    leastOfAll += least[node]!
    sumOfAll += sums[node]!
  }
  // Ascending and then turned round, so that equal ones come as dive lists them.
  const files = repeated.sort((a, b) => sums[a]! - sums[b]!).reverse()
  const sizes = layers.map(({ contentSize: size }) => size)
  const sizeBytes = sizes.reduce((total, size) => total + size, 0)
  // dive takes the lowest layer for the base.
  const baseBytes = sizes.slice(0, scope?.baseLayers || 1).reduce((total, size) => total + size, 0)
  const userSizeBytes = sizeBytes - baseBytes
  const wastedBytes = files.reduce((total, node) => total + sums[node]!, 0)
  return {
    efficiency: sumOfAll === 0 ? 1 : leastOfAll / sumOfAll,
    wastedBytes,
    sizeBytes,
    userSizeBytes,
    wastedUserPercent: wastedBytes / userSizeBytes,
    files: files.map((node) => ({
      path: nodePath(strata, node),
      count: count[node]!,
      sizeBytes: sums[node]!,
    })),
  }
}

/** By cell: 1 where its layer has nothing below it. */
function leafCells({ layers, end, layer }: Strata, { nodes }: CellsByLayer): Uint8Array {
  const leaves = new Uint8Array(layer.length)
  // Going backwards: the node that each layer spoke of last is below this one, or this one is a leaf.
  const next = new Uint32Array(layers.length).fill(nowhere)
  for (let cell = layer.length - 1; cell >= 0; cell--) {
    const node = nodes[cell]!
    if (next[layer[cell]!]! >= end[node]!) leaves[cell] = 1
    next[layer[cell]!] = node
  }
  return leaves
}

interface LayerLeaves {
  readonly layer: number
  readonly groups: CellsByLayer
  readonly leaves: Uint8Array
}

/**
 * A layer's leaves with their sizes, in the order in which dive visits them, up to the first whiteout that it cannot place. A path that
 * is removed and made again in one layer is two leaves.
 */
function visitLeaves(
  strata: Strata,
  { layer, groups, leaves }: LayerLeaves,
  tally: (node: number, size: number) => void,
): void {
  const { kind, flags, row, layers } = strata
  const { start, cells, nodes } = groups
  const own = cells.subarray(start[layer]!, start[layer + 1]!)
  const sizeOf = (cell: number): number =>
    kind[cell] === cellNumber.file ? layers[layer]!.size[row[cell]!]! : 0
  const isWhiteout = (cell: number): boolean => (flags[cell]! & cellFlags.whiteout) !== 0
  const isNode = (cell: number): boolean =>
    leaves[cell] === 1 && kind[cell] !== cellNumber.whiteout && nodes[cell] !== 0
  if (!own.some(isWhiteout)) {
    for (const cell of own) if (isNode(cell)) tally(nodes[cell]!, sizeOf(cell))
    return
  }
  const visits: Visit[] = []
  for (const cell of own) {
    const node = nodes[cell]!
    const path = nodePath(strata, node)
    if (isWhiteout(cell)) visits.push({ node, spelled: printWhiteout('whiteout', path), size: undefined })
    if (isNode(cell)) visits.push({ node, spelled: path, size: sizeOf(cell) })
  }
  // In the order of the names as the tar has them.
  visits.sort((a, b) => comparePaths(a.spelled, b.spelled))
  for (const { node, size } of visits) {
    const known = size ?? sizeBelow(strata, node, Math.max(layer, 1))
    if (known === undefined) return
    tally(node, known)
  }
}

interface Visit {
  readonly node: number
  readonly spelled: RootPath
  /** Of a whiteout it has to be found out. */
  readonly size: number | undefined
}

/**
 * What dive takes a whiteout at `node` to remove from the `height` layers below it: all files of a directory that has an entry of its
 * own, nothing for other things; `undefined` where it finds nothing.
 */
function sizeBelow(strata: Strata, node: number, height: number): number | undefined {
  const { depth, end, parent, layer, kind } = strata
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
    if (stands && kind[cell] === cellNumber.file) sum += strata.size[cell]!
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
