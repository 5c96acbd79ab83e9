// Which rows the list of files shows: chosen by layer, by fate and by words, in an order, with open directories.
import { kinds } from '../model.ts'
import type { Paths } from './paths.ts'
import type { Choices } from './state.ts'

const whiteout = kinds.indexOf('whiteout')
const implied = kinds.indexOf('implied')

/** The paths that are chosen and what is above them, with the bytes that are chosen. */
export interface Chosen {
  readonly keep: Uint8Array
  /** How many rows are chosen themselves, by the search if there is one; the root is not counted. */
  readonly matches: number
  /** Rows that a search found something below: they are shown open. */
  readonly above: Uint8Array | undefined
  readonly size: Float64Array
  readonly wasted: Float64Array
}

type Choice = Pick<Choices, 'layer' | 'show'>

/** `hits` are the rows that a search found; `undefined` without one. What is below a hit is chosen with it. */
export function choose(paths: Paths, choice: Choice, hits: Uint8Array | undefined): Chosen {
  const { rows, parent, first } = paths
  const keep = new Uint8Array(rows)
  const size = new Float64Array(rows)
  const wasted = new Float64Array(rows)
  const above = hits === undefined ? undefined : new Uint8Array(rows)
  const searched = hits === undefined ? undefined : withBelow(paths, hits)
  let matches = 0
  for (let row = rows - 1; row >= 0; row--) {
    let own = false
    if (searched === undefined || searched[row] === 1)
      for (let event = first[row]!; event < first[row + 1]!; event++) {
        if (!concerns(paths, event, choice)) continue
        own = true
        if (choice.layer !== undefined && paths.layer[event] !== choice.layer) continue
        size[row]! += paths.size[event]!
        if (paths.fate[event] !== 0) wasted[row]! += paths.size[event]!
      }
    const up = parent[row]!
    if (own) keep[row] = 1
    if (up >= 0 && keep[row] === 1 && (hits === undefined ? own : hits[row] === 1)) matches++
    if (up < 0 || keep[row] === 0) continue
    keep[up] = 1
    size[up]! += size[row]!
    wasted[up]! += wasted[row]!
    if (above !== undefined && (hits![row] === 1 || above[row] === 1)) above[up] = 1
  }
  return { keep, matches, above, size, wasted }
}

function concerns(paths: Paths, event: number, { layer, show }: Choice): boolean {
  const kind = paths.kind[event]!
  if (kind === implied) return false
  const fate = paths.fate[event]!
  if (show === 'wasted' && (fate === 0 || paths.size[event] === 0)) return false
  if (show === 'final' && (paths.by[event] !== 0 || kind === whiteout)) return false
  return layer === undefined || paths.layer[event] === layer || paths.by[event] === layer + 1
}

function withBelow(paths: Paths, hits: Uint8Array): Uint8Array {
  const found = hits.slice()
  for (let row = 1; row < paths.rows; row++) if (found[paths.parent[row]!] === 1) found[row] = 1
  return found
}

export interface Listing {
  readonly rows: Int32Array
  /** By place in `rows`: the how-manyth of how many in its directory, counted from 1. */
  readonly position: Int32Array
  readonly siblings: Int32Array
}

export interface Opened {
  readonly order: Choices['order']
  isOpen(row: number): boolean
}

/** The rows to show, top to bottom; the root itself is left out. */
export function list(paths: Paths, { keep, size }: Chosen, { order, isOpen }: Opened): Listing {
  const rows = new Int32Array(paths.rows)
  const position = new Int32Array(paths.rows)
  const siblings = new Int32Array(paths.rows)
  let length = 0
  const inside = (directory: number): number[] => {
    const found: number[] = []
    for (let row = directory + 1; row < paths.end[directory]!; row = paths.end[row]!)
      if (keep[row] === 1) found.push(row)
    return order === 'size' ? found.sort((a, b) => size[b]! - size[a]! || a - b) : found
  }
  const open: { readonly rows: readonly number[]; next: number }[] = [{ rows: inside(0), next: 0 }]
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const row = level.rows[level.next++]
    if (row === undefined) {
      open.pop()
      continue
    }
    rows[length] = row
    position[length] = level.next
    siblings[length] = level.rows.length
    length++
    if (paths.end[row]! > row + 1 && isOpen(row)) open.push({ rows: inside(row), next: 0 })
  }
  const cut = (column: Int32Array): Int32Array => column.slice(0, length)
  return { rows: cut(rows), position: cut(position), siblings: cut(siblings) }
}
