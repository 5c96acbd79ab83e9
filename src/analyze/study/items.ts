// Hidden bytes as items that people can act on: one for a directory where everything that a layer brought met the same fate, so that
// 20,000 files of a removed directory are one line. The items of a class add up to its bytes.
import {
  cellNumber,
  cellOf,
  cellsByLayer,
  isDirectoryKind,
  nodePath,
  type Strata,
  standing,
} from '../../layer/index.ts'
import { type Hidden, hiddenClasses } from './hidden.ts'
import type { WasteItem } from './types.ts'

/** A directory this deep may stand for its files even where the layer did not make it: `/var/lib/apt`, but not `/usr` or `/usr/bin`. */
const deepEnough = 3
const mixed = -1

/** The fate of what one layer brought at and below a node: 0 where it brought no file, a fate's number, or `mixed`. */
interface Fates {
  readonly fate: Int32Array
  readonly bytes: Float64Array
  readonly files: Uint32Array
}

export function hiddenItems(strata: Strata, hidden: Hidden): WasteItem[] {
  const { length, layers } = strata
  const fates: Fates = {
    fate: new Int32Array(length),
    bytes: new Float64Array(length),
    files: new Uint32Array(length),
  }
  const groups = cellsByLayer(strata)
  const items: WasteItem[] = []
  for (let layer = 0; layer < layers.length; layer++) {
    const cells = groups.cells.subarray(groups.start[layer]!, groups.start[layer + 1]!)
    if (gather(strata, hidden, { fates, cells, nodes: groups.nodes }))
      for (const item of itemsOf(strata, { fates, layer, cells, nodes: groups.nodes })) items.push(item)
    for (const cell of cells) {
      const node = groups.nodes[cell]!
      fates.fate[node] = 0
      fates.bytes[node] = 0
      fates.files[node] = 0
    }
  }
  return items
}

interface LayerCells {
  readonly fates: Fates
  /** In the order of nodes. A layer's cells are a tree: it has one for each directory on the way. */
  readonly cells: Uint32Array
  /** The node of each cell. */
  readonly nodes: Uint32Array
}

/** Fills in the fates of one layer; false where nothing of it is hidden. */
function gather(strata: Strata, hidden: Hidden, { fates, cells, nodes }: LayerCells): boolean {
  const { parent, goneBy } = strata
  let any = false
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i]!
    const node = nodes[cell]!
    const why = hidden.why[cell]!
    if (why > 0) {
      fates.fate[node] = fateNumber(why, goneBy[cell]!)
      fates.bytes[node] = strata.size[cell]!
      fates.files[node] = 1
      any = true
    } else if (strata.kind[cell] === cellNumber.file) fates.fate[node] = mixed
    if (node === 0) continue
    const above = parent[node]!
    const fate = fates.fate[node]!
    if (fate === 0) continue
    fates.fate[above] = fates.fate[above] === 0 || fates.fate[above] === fate ? fate : mixed
    fates.bytes[above]! += fates.bytes[node]!
    fates.files[above]! += fates.files[node]!
  }
  return any
}

function* itemsOf(
  strata: Strata,
  { fates, layer, cells, nodes }: LayerCells & { readonly layer: number },
): Generator<WasteItem> {
  const { end, kind } = strata
  let done = 0
  for (const cell of cells) {
    const node = nodes[cell]!
    const fate = fates.fate[node]!
    if (node < done || fate <= 0 || fates.bytes[node] === 0) continue
    if (isDirectoryKind(kind[cell]!)) {
      const stands = strata.depth[node]! >= deepEnough || standing(strata, node, layer) < 0
      // One file is better named itself.
      if (!stands || node === 0 || fates.files[node] === 1) continue
      const only = onlyChildWith(strata, fates, node, layer)
      if (only >= 0 && fates.files[only] === fates.files[node]) continue
    }
    yield {
      class: hiddenClasses[fate & 3] as WasteItem['class'],
      path: nodePath(strata, node),
      directory: isDirectoryKind(kind[cell]!),
      files: fates.files[node]!,
      bytes: fates.bytes[node]!,
      broughtBy: layer,
      hiddenBy: fate >> 2,
    }
    done = end[node]!
  }
}

/** The directory that holds all the files of a directory by itself, -1 where there is none. */
function onlyChildWith(strata: Strata, { fate, files }: Fates, node: number, layer: number): number {
  for (let child = node + 1; child < strata.end[node]!; child = strata.end[child]!)
    if (fate[child] !== 0) {
      if (files[child] !== files[node]) return -1
      const cell = cellOf(strata, child, layer)
      return cell >= 0 && isDirectoryKind(strata.kind[cell]!) ? child : -1
    }
  return -1
}

/** 14 bits of layer and two of class in one number above 0. */
function fateNumber(why: number, by: number): number {
  return (by << 2) | why
}
