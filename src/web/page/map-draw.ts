// Draws the boxes of the treemap on a canvas.
import type { Colours } from './colours.ts'
import { wasteName } from './colours.ts'
import { type Cell, hasHeader } from './map-layout.ts'
import type { Paths } from './paths.ts'
import type { Box } from './squarify.ts'
import type { Choices } from './state.ts'
import { bytes, visible } from './words.ts'

export interface Drawing {
  readonly cells: readonly Cell[]
  readonly paths: Paths
  readonly colours: Colours
  readonly choices: Pick<Choices, 'colour' | 'layer'>
}

export function drawMap(canvas: CanvasRenderingContext2D, { cells, paths, colours, choices }: Drawing): void {
  for (const cell of cells) {
    if (cell.what === 'directory') drawDirectory(canvas, cell, { paths, colours })
    else drawBytes(canvas, cell, { paths, colours, choices })
  }
}

function drawDirectory(
  canvas: CanvasRenderingContext2D,
  { box, depth, row, bytes: size }: Cell,
  { paths, colours }: Pick<Drawing, 'paths' | 'colours'>,
): void {
  canvas.fillStyle = depth % 2 === 1 ? colours.header : colours.frame
  fillRound(canvas, box, depth === 1 ? 5 : 3)
  if (!hasHeader(box, depth)) return
  const text = `${visible(paths.name(row))}/`
  canvas.font = `${depth === 1 ? 600 : 500} 12px system-ui, sans-serif`
  canvas.fillStyle = colours.text
  label(canvas, text, { x: box.x + 7, y: box.y + 11, width: box.width - 14 }, bytes(size))
}

function drawBytes(
  canvas: CanvasRenderingContext2D,
  cell: Cell,
  { paths, colours, choices }: Pick<Drawing, 'paths' | 'colours' | 'choices'>,
): void {
  const { box, event } = cell
  const layer = paths.layer[event]!
  const other = choices.layer !== undefined && choices.layer !== layer
  canvas.globalAlpha = other ? 0.22 : 1
  canvas.fillStyle =
    choices.colour === 'layer' ? colours.layers[layer]! : colours.byWaste[wasteName(paths, event)]!
  const round = Math.min(box.width, box.height) > 12 ? 2 : 0
  fillRound(canvas, box, round)
  if (paths.fate[event] !== 0 && colours.hatch !== null) {
    canvas.fillStyle = colours.hatch
    fillRound(canvas, box, round)
  }
  if (box.width > 44 && box.height > 15) {
    const text = cell.what === 'rest' ? `${cell.paths} smaller` : visible(paths.name(cell.row))
    canvas.font = '11px system-ui, sans-serif'
    canvas.fillStyle = colours.cellText
    const tall = box.height > 34
    label(canvas, text, { x: box.x + 5, y: box.y + Math.min(10, box.height / 2), width: box.width - 10 })
    if (tall) {
      canvas.globalAlpha *= 0.75
      label(canvas, bytes(cell.bytes), { x: box.x + 5, y: box.y + 24, width: box.width - 10 })
    }
  }
  canvas.globalAlpha = 1
}

function fillRound(canvas: CanvasRenderingContext2D, { x, y, width, height }: Box, radius: number): void {
  if (radius === 0) {
    canvas.fillRect(x, y, width, height)
    return
  }
  canvas.beginPath()
  canvas.roundRect(x, y, width, height, radius)
  canvas.fill()
}

interface Line {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Text cut to a width, and more at its right end if both fit. */
function label(canvas: CanvasRenderingContext2D, text: string, line: Line, more?: string): void {
  canvas.textBaseline = 'middle'
  const moreWidth = more === undefined ? 0 : canvas.measureText(more).width
  const withMore = more !== undefined && moreWidth + 48 < line.width
  const width = withMore ? line.width - moreWidth - 10 : line.width
  canvas.fillText(cut(canvas, text, width), line.x, line.y)
  if (!withMore) return
  canvas.globalAlpha *= 0.7
  canvas.fillText(more, line.x + line.width - moreWidth, line.y)
  canvas.globalAlpha = 1
}

function cut(canvas: CanvasRenderingContext2D, text: string, width: number): string {
  if (canvas.measureText(text).width <= width) return text
  let [from, to] = [0, Math.min(text.length, Math.ceil(width / 3))]
  while (from < to) {
    const middle = Math.ceil((from + to) / 2)
    if (canvas.measureText(`${text.slice(0, middle)}…`).width <= width) from = middle
    else to = middle - 1
  }
  return from === 0 ? '' : `${text.slice(0, from)}…`
}
