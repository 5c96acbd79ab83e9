// Finding rows by path in the columns of an index: binary search over name bytes, no strings made.
import { pathBytes, pathText, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber, rowFlags } from './columns.ts'

/**
 * The first row in `[low, high)` that is not `before` the key, that comes `after` rows of the key itself, or after all
 * rows `below` it too. The order is that of `comparePaths`.
 */
export function bound(
  columns: Columns,
  key: Uint8Array,
  side: 'before' | 'after' | 'below',
  { low, high }: { readonly low: number; readonly high: number },
): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareRow(columns, middle, key)
    const left = side === 'before' ? order < 0 : side === 'after' ? order <= 0 : order < 2
    if (left) low = middle + 1
    else high = middle
  }
  return low
}

/** Negative where the row's path comes first, 0 where equal, 1 where it is below the key, 2 where it comes later. */
function compareRow({ names, nameEnd }: Columns, row: number, key: Uint8Array): number {
  const start = nameEnd[row]!
  const length = nameEnd[row + 1]! - start
  const shared = Math.min(length, key.length)
  for (let i = 0; i < shared; i++) {
    const a = names[start + i]!
    const b = key[i]!
    if (a === b) continue
    return b !== slash && (a === slash || a < b) ? -1 : 2
  }
  if (length === key.length) return 0
  if (length < key.length) return -1
  return names[start + key.length] === slash || key.length === 1 ? 1 : 2
}

const slash = 47

/** One name in a directory: its rows `[from, rows)`, all rows below too `[from, to)`, and the bytes of the name in its first row. */
export interface Child {
  readonly from: number
  readonly rows: number
  readonly to: number
  readonly start: number
  readonly end: number
  /** Whether the layer puts something there: a node, or a directory that rows below imply. */
  readonly stands: boolean
}

/** The names in a directory, in order. `range` is the directory's subtree. */
export function* childrenOf(
  columns: Columns,
  path: RootPath,
  range: readonly [number, number],
): Generator<Child> {
  const { names, nameEnd, kind } = columns
  const key = pathBytes(path)
  const start = key.length === 1 ? 1 : key.length + 1
  const to = range[1]
  let row = bound(columns, key, 'after', { low: range[0], high: to })
  while (row < to) {
    const base = nameEnd[row]!
    const full = nameEnd[row + 1]! - base
    let end = start
    while (end < full && names[base + end] !== slash) end++
    let rows = row
    let stands = false
    while (
      rows < to &&
      nameEnd[rows + 1]! - nameEnd[rows]! === end &&
      (rows === row || equalNames(columns, row, rows))
    ) {
      if (kind[rows] !== kindNumber.whiteout) stands = true
      rows++
    }
    let next = rows
    if (rows < to && startsBelow(columns, rows, base, end)) {
      stands = true
      next = bound(columns, names.subarray(base, base + end), 'below', { low: rows, high: to })
    }
    yield { from: row, rows, to: next, start, end, stands }
    row = next
  }
}

function equalNames(columns: Columns, a: number, b: number): boolean {
  const { names, nameEnd } = columns
  const length = nameEnd[a + 1]! - nameEnd[a]!
  return samePrefix(names, nameEnd[a]!, nameEnd[b]!, length)
}

/** Whether the row is below the path whose `length` bytes start at `base`. */
function startsBelow({ names, nameEnd }: Columns, row: number, base: number, length: number): boolean {
  const start = nameEnd[row]!
  if (nameEnd[row + 1]! - start <= length || names[start + length] !== slash) return false
  return samePrefix(names, base, start, length)
}

function samePrefix(names: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (names[a + i] !== names[b + i]) return false
  return true
}

/** Bytes `[start, end)` of a row's path as text. */
export function textAt({ names, nameEnd, flags }: Columns, row: number, start: number, end: number): string {
  const base = nameEnd[row]!
  const bytes = Buffer.from(names.buffer, names.byteOffset + base + start, end - start)
  return flags[row]! & rowFlags.ascii ? bytes.toString('latin1') : pathText(bytes)
}

export function pathAt(columns: Columns, row: number): RootPath {
  return textAt(columns, row, 0, columns.nameEnd[row + 1]! - columns.nameEnd[row]!) as RootPath
}

/** Directories that rows stand in but that have no row of their own, in order. */
export function* impliedDirectories(columns: Columns): Generator<RootPath> {
  const { names, nameEnd, kind, length } = columns
  for (let row = 0; row < length; row++) {
    const start = nameEnd[row]!
    const size = nameEnd[row + 1]! - start
    const before = row === 0 ? start : nameEnd[row - 1]!
    const sizeBefore = start - before
    let shared = 0
    while (shared < size && shared < sizeBefore && names[start + shared] === names[before + shared]) shared++
    const parentKnown = shared === sizeBefore && kind[row - 1] !== kindNumber.whiteout
    for (let at = Math.max(shared, 1); at < size; at++) {
      if (names[start + at] !== slash) continue
      if (at === sizeBefore && at === shared && parentKnown) continue
      yield textAt(columns, row, 0, at) as RootPath
    }
    if (
      kind[row] === kindNumber.opaque &&
      size > 1 &&
      !(shared === size && size === sizeBefore && kind[row - 1] === kindNumber.directory)
    )
      yield pathAt(columns, row)
  }
}
