// All layers of an image in one table: a node for each path that any layer says something about, in the order of a depth-first
// walk, and for each node a cell a layer that says something. What stands at any height is read off it without stacking anything:
// a cell stands from its own layer up to the one that hides it.
import { pathBytes, pathText, type RootPath } from '../../core/index.ts'
import type { Columns } from '../columns.ts'

/** What a cell is: `implied` is a directory that the layer needs and does not name, `whiteout` a removal and nothing else. */
export const cellKinds = [
  'whiteout',
  'file',
  'directory',
  'symlink',
  'hardlink',
  'char',
  'block',
  'fifo',
  'implied',
] as const
export type CellKind = (typeof cellKinds)[number]
export const cellNumber = Object.fromEntries(cellKinds.map((kind, number) => [kind, number])) as Readonly<
  Record<CellKind, number>
>

/** Bits of `flags`: the layer removes what is below it here, or what lower layers hold in this directory. */
export const cellFlags = { whiteout: 1, opaque: 2 } as const

/** In `hiddenBy`: nothing does. In `row`: an implied directory has none. In `inode`: a hard link that leads nowhere. */
export const never = 0xffff
export const nowhere = 0xffff_ffff

export interface Strata {
  /** The columns of each layer, bottom first. */
  readonly layers: readonly Columns[]
  /** Nodes. Node 0 is the root. */
  readonly length: number
  /** The paths of all nodes, each followed by a newline; the root's is empty. Node `i` has those from `pathEnd[i - 1] + 1` to `pathEnd[i]`. */
  readonly paths: Buffer
  readonly pathEnd: Uint32Array
  /** By node; the root is its own parent. */
  readonly parent: Uint32Array
  readonly depth: Uint16Array
  /** The node after the last one below. */
  readonly end: Uint32Array
  /** Cells of node `i`, by layer: from `cellStart[i]` to `cellStart[i + 1]`. */
  readonly cellStart: Uint32Array
  readonly layer: Uint16Array
  readonly row: Uint32Array
  readonly kind: Uint8Array
  readonly flags: Uint8Array
  /** The lowest layer above that hides the cell. */
  readonly hiddenBy: Uint16Array
  /** For a hard link the cell of the node it leads to, for others the cell itself. */
  readonly inode: Uint32Array
  /** For what hard links lead to: the layer that hides the last of its names. For others as `hiddenBy`. */
  readonly goneBy: Uint16Array
  /** Bytes of content: of a file or, by way of a hard link, of the file it leads to. */
  readonly size: Float64Array
}

export function isDirectoryKind(kind: number): boolean {
  return kind === cellNumber.directory || kind === cellNumber.implied
}

/**
 * The cell that stands at a node when `height` layers are stacked, -1 where nothing does. Of a directory it is the topmost one that
 * names it, since that has its metadata.
 */
export function standing(strata: Strata, node: number, height: number): number {
  const { cellStart, layer, kind, hiddenBy, inode } = strata
  let implied = -1
  for (let cell = cellStart[node + 1]! - 1; cell >= cellStart[node]!; cell--) {
    if (layer[cell]! >= height || hiddenBy[cell]! < height || kind[cell] === cellNumber.whiteout) continue
    if (kind[cell] !== cellNumber.implied) return inode[cell] === nowhere ? -1 : cell
    if (implied < 0) implied = cell
  }
  return implied
}

/** The node of a path; -1 where no layer speaks of it. */
export function findNode(strata: Strata, path: RootPath): number {
  const { paths, pathEnd, length } = strata
  const key = path === '/' ? Buffer.alloc(0) : pathBytes(path)
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = middle === 0 ? 0 : pathEnd[middle - 1]! + 1
    const order = compareBytes(paths, { start, end: pathEnd[middle]! }, key)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return -1
}

function compareBytes(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  key: Uint8Array,
): number {
  const shared = Math.min(end - start, key.length)
  for (let i = 0; i < shared; i++) {
    const a = bytes[start + i]!
    const b = key[i]!
    if (a !== b) return a === 47 ? -1 : b === 47 ? 1 : a - b
  }
  return end - start - key.length
}

export function nodePath(strata: Strata, node: number): RootPath {
  if (node === 0) return '/' as RootPath
  return pathText(strata.paths.subarray(strata.pathEnd[node - 1]! + 1, strata.pathEnd[node]!)) as RootPath
}

/** The last component of a node's path; empty for the root. */
export function nodeName(strata: Strata, node: number): string {
  if (node === 0) return ''
  const { paths, pathEnd, parent } = strata
  const above = parent[node]!
  const shared = pathEnd[above]! - (above === 0 ? 0 : pathEnd[above - 1]! + 1)
  return pathText(paths.subarray(pathEnd[node - 1]! + 1 + shared + 1, pathEnd[node]!))
}
