// Which boxes a treemap shows: directories within directories down to what the eye can tell apart; what is smaller is one box.
import type { Paths } from './paths.ts'
import { type Box, squarify } from './squarify.ts'

export interface Cell {
  readonly box: Box
  /** The path; for `rest` the directory. */
  readonly row: number
  readonly what: 'directory' | 'version' | 'whole' | 'rest'
  /** 1 for what is directly in the directory that the map shows. */
  readonly depth: number
  /** The event whose bytes these are; of `whole` and `rest` the largest, whose colour stands for all. */
  readonly event: number
  readonly bytes: number
  /** With `rest`: how many paths are in it. */
  readonly paths: number
}

export const headerHeight = 20
const gap = 2
/** A box below this many square pixels joins the rest; a directory below this many pixels on a side is not opened. */
const smallest = 12
const openable = 14

export function layoutMap(paths: Paths, root: number, box: Box): Cell[] {
  const cells: Cell[] = []
  fillDirectory(paths, { row: root, box, depth: 0, cells })
  return cells
}

interface Place {
  readonly row: number
  readonly box: Box
  readonly depth: number
  readonly cells: Cell[]
}

function fillDirectory(paths: Paths, { row, box, depth, cells }: Place): void {
  const total = paths.shipped[row]!
  if (total === 0) return
  const perByte = (box.width * box.height) / total
  const large: { row: number; bytes: number }[] = []
  let restBytes = 0
  let rest = 0
  let restTop = -1
  const end = paths.end[row]!
  for (let child = row + 1; child < end; child = paths.end[child]!) {
    const bytes = paths.shipped[child]!
    if (bytes === 0) continue
    if (bytes * perByte >= smallest) large.push({ row: child, bytes })
    else {
      restBytes += bytes
      rest++
      if (restTop < 0 || bytes > paths.shipped[restTop]!) restTop = child
    }
  }
  large.sort((a, b) => b.bytes - a.bytes)
  const areas = large.map(({ bytes }) => bytes)
  if (rest > 0) areas.push(restBytes)
  const boxes = squarify(areas, box)
  for (const [i, child] of large.entries())
    fillChild(paths, { row: child.row, box: boxes[i]!, depth: depth + 1, cells })
  if (rest > 0)
    cells.push({
      box: inset(boxes.at(-1)!, 0.5),
      row,
      what: 'rest',
      depth: depth + 1,
      event: largestEvent(paths, restTop),
      bytes: restBytes,
      paths: rest,
    })
}

function fillChild(paths: Paths, { row, box, depth, cells }: Place): void {
  const bytes = paths.shipped[row]!
  if (paths.end[row] === row + 1) {
    fillVersions(paths, { row, box, depth, cells })
    return
  }
  const event = largestEvent(paths, row)
  const outer = inset(box, depth <= 2 ? gap / 2 : 0.5)
  if (Math.min(outer.width, outer.height) < openable) {
    cells.push({ box: outer, row, what: 'whole', depth, event, bytes, paths: 1 })
    return
  }
  cells.push({ box: outer, row, what: 'directory', depth, event, bytes, paths: 1 })
  const header = hasHeader(outer, depth) ? headerHeight : 0
  const inner = inset(outer, depth <= 2 ? gap : 1)
  fillDirectory(paths, {
    row,
    box: { ...inner, y: inner.y + header, height: Math.max(0, inner.height - header) },
    depth,
    cells,
  })
}

/** A file that several layers ship is as many boxes side by side. */
function fillVersions(paths: Paths, { row, box, depth, cells }: Place): void {
  const events: number[] = []
  for (let event = paths.first[row]!; event < paths.first[row + 1]!; event++)
    if (paths.size[event]! > 0) events.push(event)
  const boxes =
    events.length === 1
      ? [box]
      : squarify(
          events.map((event) => paths.size[event]!),
          box,
        )
  events.forEach((event, i) => {
    cells.push({
      box: inset(boxes[i]!, 0.5),
      row,
      what: 'version',
      depth,
      event,
      bytes: paths.size[event]!,
      paths: 1,
    })
  })
}

export function hasHeader(box: Box, depth: number): boolean {
  return box.width > 60 && box.height > (depth === 1 ? 44 : 64) && depth <= 4
}

function largestEvent(paths: Paths, row: number): number {
  let largest = paths.first[row]!
  for (let event = largest; event < paths.first[paths.end[row]!]!; event++)
    if (paths.size[event]! > paths.size[largest]!) largest = event
  return largest
}

function inset({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: Math.max(0, width - 2 * by), height: Math.max(0, height - 2 * by) }
}
