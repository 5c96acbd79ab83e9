// The order of rows, and which of them survive when an archive names a path twice or is not in walk order.
import { Fault, pathBytes, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber, rowFlags } from './columns.ts'
import { appendBytes, byteList } from './growing.ts'
import { linkAt } from './row-entry.ts'
import { pathAt } from './row-search.ts'
import { mostPathBytes } from './tar/member.ts'

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
 * holds, anything else drops it; a name below a symlink goes where the link points, never above the root, and a name below anything
 * else that is no directory turns that into an implied directory. Gives the rows that are left, sorted, and the rows that went
 * elsewhere. A hard link means what stands at its target in the end.
 */
export function survivors(columns: Columns): { readonly columns: Columns; readonly order: Uint32Array } {
  const root: Spot = {}
  const moved = new Map<number, RootPath>()
  for (let row = 0; row < columns.length; row++) {
    const path = pathAt(columns, row)
    const { spot, at } = spotAt(columns, root, path)
    if (at !== path) {
      if (pathBytes(at).length > mostPathBytes)
        throw new Fault('tar.invalid', `symlinks lead a name to a path of more than ${mostPathBytes} bytes`)
      moved.set(row, at)
    }
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
  const renamed = moved.size === 0 ? columns : rename(columns, moved)
  return { columns: renamed, order: Uint32Array.from(rows).sort((a, b) => compareRows(renamed, a, b)) }
}

/** As many symlinks as Linux follows in one path; after that they are in the way. */
const mostLinks = 40

function spotAt(
  columns: Columns,
  root: Spot,
  path: RootPath,
): { readonly spot: Spot; readonly at: RootPath } {
  const spots = [root]
  const names: string[] = []
  const todo = path.split('/').reverse()
  let links = 0
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (names.pop() !== undefined) spots.pop()
      continue
    }
    const spot = spots.at(-1)!
    if (spot.node !== undefined && columns.kind[spot.node] !== kindNumber.directory) delete spot.node
    spot.below ??= new Map()
    let next = spot.below.get(name)
    if (next === undefined) {
      next = {}
      spot.below.set(name, next)
    }
    const isLink = next.node !== undefined && columns.kind[next.node] === kindNumber.symlink
    if (isLink && todo.length > 0 && links++ < mostLinks) {
      const target = linkAt(columns, next.node!)
      if (target.startsWith('/')) {
        spots.length = 1
        names.length = 0
      }
      todo.push(...target.split('/').reverse())
      continue
    }
    spots.push(next)
    names.push(name)
  }
  return { spot: spots.at(-1)!, at: `/${names.join('/')}` as RootPath }
}

function rename(columns: Columns, moved: ReadonlyMap<number, RootPath>): Columns {
  const names = byteList()
  const flags = columns.flags.slice()
  for (let row = 0; row < columns.length; row++) {
    const path = moved.get(row)
    if (path === undefined)
      appendBytes(names, columns.names.subarray(columns.nameEnd[row]!, columns.nameEnd[row + 1]!))
    else {
      appendBytes(names, pathBytes(path))
      flags[row]! &= ~rowFlags.ascii
    }
  }
  return {
    ...columns,
    flags,
    names: names.bytes.subarray(0, names.used),
    nameEnd: names.ends.subarray(0, names.length + 1),
  }
}

function gather(root: Spot, rows: number[]): void {
  const todo = [root]
  for (let spot = todo.pop(); spot !== undefined; spot = todo.pop()) {
    if (spot.whiteout !== undefined) rows.push(spot.whiteout)
    if (spot.node !== undefined) rows.push(spot.node)
    if (spot.opaque !== undefined) rows.push(spot.opaque)
    for (const below of spot.below?.values() ?? []) todo.push(below)
  }
}
