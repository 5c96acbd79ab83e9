// The order of rows, and which of them survive when an archive names a path twice or is not in walk order.
import type { RootPath } from '../core/index.ts'
import { type Columns, kindNumber } from './columns.ts'
import { pathAt } from './row-search.ts'

type Named = Pick<Columns, 'names' | 'nameEnd' | 'kind'>

const slash = 47

/** By path as `comparePaths` has it, then whiteout, node, opaque mark. 0 only for two of one sort at one path. */
export function compareRows({ names, nameEnd, kind }: Named, a: number, b: number): number {
  const [startA, startB] = [nameEnd[a]!, nameEnd[b]!]
  const lengthA = nameEnd[a + 1]! - startA
  const lengthB = nameEnd[b + 1]! - startB
  const shared = Math.min(lengthA, lengthB)
  for (let i = 0; i < shared; i++) {
    const x = names[startA + i]!
    const y = names[startB + i]!
    if (x !== y) return x === slash ? -1 : y === slash ? 1 : x - y
  }
  return lengthA - lengthB || place(kind[a]!) - place(kind[b]!)
}

function place(kind: number): number {
  return kind === kindNumber.whiteout ? 0 : kind === kindNumber.opaque ? 2 : 1
}

/** Whether the row before this one is a node that is no directory, and this row is below it. */
export function isBelowNonDirectory({ names, nameEnd, kind }: Named, row: number): boolean {
  const before = kind[row - 1]!
  if (before === kindNumber.directory || place(before) !== 1) return false
  const start = nameEnd[row - 1]!
  const length = nameEnd[row]! - start
  if (nameEnd[row + 1]! - nameEnd[row]! <= length || names[nameEnd[row]! + length] !== slash) return false
  for (let i = 0; i < length; i++) if (names[start + i] !== names[start + length + i]) return false
  return true
}

interface Spot {
  whiteout?: number
  node?: number
  opaque?: number
  below?: Map<string, Spot> | undefined
}

/**
 * Replays the rows in the order of the archive, as unpacking would: a later one wins, a later directory keeps what an earlier one
 * holds, anything else drops it, and a name below something that is no directory turns that into an implied directory.
 * Gives the rows that are left, sorted. A hard link means what stands at its target in the end.
 */
export function survivors(columns: Columns): Uint32Array {
  const root: Spot = {}
  for (let row = 0; row < columns.length; row++) {
    const spot = spotAt(columns, root, pathAt(columns, row))
    const kind = columns.kind[row]!
    if (kind === kindNumber.whiteout) spot.whiteout = row
    else if (kind === kindNumber.opaque) spot.opaque = row
    else {
      spot.node = row
      if (kind === kindNumber.directory) continue
      spot.below = undefined
      delete spot.opaque
    }
  }
  const rows: number[] = []
  gather(root, rows)
  return Uint32Array.from(rows).sort((a, b) => compareRows(columns, a, b))
}

function spotAt(columns: Columns, root: Spot, path: RootPath): Spot {
  let spot = root
  if (path === '/') return spot
  for (const name of path.slice(1).split('/')) {
    if (spot.node !== undefined && columns.kind[spot.node] !== kindNumber.directory) delete spot.node
    spot.below ??= new Map()
    let next = spot.below.get(name)
    if (next === undefined) {
      next = {}
      spot.below.set(name, next)
    }
    spot = next
  }
  return spot
}

function gather(root: Spot, rows: number[]): void {
  const todo = [root]
  for (let spot = todo.pop(); spot !== undefined; spot = todo.pop()) {
    if (spot.whiteout !== undefined) rows.push(spot.whiteout)
    if (spot.node !== undefined) rows.push(spot.node)
    if (spot.opaque !== undefined) rows.push(spot.opaque)
    if (spot.below !== undefined) todo.push(...spot.below.values())
  }
}
