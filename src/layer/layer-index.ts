// The index of a layer: what its tar says, one row a change, as columns in one buffer. Rows are in the order of `comparePaths`;
// at one path a whiteout comes before the node and an opaque mark after it. Entries are made only when asked for.
import { type DiffId, Fault, pathBytes, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber, type RowKind, rowKinds } from './columns.ts'
import type { Entry } from './entry.ts'
import { entryAt } from './row-entry.ts'
import { bound, childrenOf, impliedDirectories, pathAt, textAt } from './row-search.ts'

export interface LayerIndex {
  readonly diffId: DiffId
  /** Bytes of the plain tar. */
  readonly tarSize: number
  /** Number of rows. */
  readonly length: number
  /** Sum of the sizes of all files; what a history shows as the layer's size. */
  readonly contentSize: number
  /** Directories that rows stand in but the tar does not name; no rows. Their metadata is the lower layers'. */
  readonly implied: readonly RootPath[]
  /** The change in a row. A file's content is in this layer's tar. */
  at(row: number): Entry
  kindOf(row: number): Entry['kind']
  pathOf(row: number): RootPath
  /** The row of what stands at `path`, else of its whiteout, else of its opaque mark; -1 where there is none. */
  find(path: RootPath): number
  /** The rows at one path, `[from, to)`: whiteout, node, opaque mark, each if there. */
  rowsOf(path: RootPath): readonly [number, number]
  /** The rows directly in a directory, removals too; what is only implied has none (see `names`). */
  children(path: RootPath): readonly number[]
  /** The names that this layer puts into a directory, implied directories too, removals not. In byte order. */
  names(path: RootPath): readonly string[]
  /** The rows of `path` itself and all below it: `[from, to)`. */
  subtree(path: RootPath): readonly [number, number]
}

const columnsOf = new WeakMap<LayerIndex, Columns>()

/** The columns behind an index that `openIndex` made. */
export function getColumns(index: LayerIndex): Columns {
  const columns = columnsOf.get(index)
  if (columns === undefined) throw new Fault('internal', 'this layer index has no columns')
  return columns
}

/** Dresses columns as an index; reads none of them. */
export function openIndex(columns: Columns): LayerIndex {
  const { kind } = columns
  const all = { low: 0, high: columns.length }
  let implied: readonly RootPath[] | undefined
  const rowsOf = (path: RootPath): readonly [number, number] => {
    const key = pathBytes(path)
    return [bound(columns, key, 'before', all), bound(columns, key, 'after', all)]
  }
  const subtree = (path: RootPath): readonly [number, number] => {
    if (path === '/') return [0, columns.length]
    const key = pathBytes(path)
    const from = bound(columns, key, 'before', all)
    return [from, bound(columns, key, 'below', { low: from, high: columns.length })]
  }
  const index: LayerIndex = {
    diffId: columns.diffId,
    tarSize: columns.tarSize,
    length: columns.length,
    contentSize: columns.contentSize,
    get implied() {
      implied ??= [...impliedDirectories(columns)]
      return implied
    },
    at: (row) => entryAt(columns, row),
    kindOf: (row) => entryKind(rowKinds[kind[row]!]!),
    pathOf: (row) => pathAt(columns, row),
    find(path) {
      const [from, to] = rowsOf(path)
      for (let row = from; row < to; row++)
        if (kind[row] !== kindNumber.whiteout && kind[row] !== kindNumber.opaque) return row
      return from < to ? from : -1
    },
    rowsOf,
    children: (path) => {
      const rows: number[] = []
      for (const child of childrenOf(columns, path, subtree(path)))
        for (let row = child.from; row < child.rows; row++) rows.push(row)
      return rows
    },
    names: (path) => {
      const names: string[] = []
      for (const child of childrenOf(columns, path, subtree(path)))
        if (child.stands) names.push(textAt(columns, child.from, child.start, child.end))
      return names
    },
    subtree,
  }
  columnsOf.set(index, columns)
  return index
}

function entryKind(kind: RowKind): Entry['kind'] {
  return kind === 'char' || kind === 'block' ? 'device' : kind
}
