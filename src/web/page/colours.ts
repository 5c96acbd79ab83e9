// The colours of the style sheet, as they are in the current theme, for drawing on the canvas.
import { cacheMark, duplicateMark, fates } from '../model.ts'
import { element } from './dom.ts'
import type { Paths } from './paths.ts'

export interface Colours {
  readonly layers: readonly string[]
  readonly byWaste: Readonly<Record<string, string>>
  readonly ground: string
  readonly frame: string
  readonly header: string
  readonly text: string
  readonly cellText: string
  readonly focus: string
  readonly hatch: CanvasPattern | null
}

export function readColours(layers: number, drawing: CanvasRenderingContext2D): Colours {
  const probe = element('span', { hidden: '' })
  document.body.append(probe)
  const colourOf = (name: string): string => {
    probe.className = name
    return getComputedStyle(probe).color
  }
  const colours: Colours = {
    layers: Array.from({ length: layers }, (_, i) => colourOf(`probe-layer l${i}`)),
    byWaste: Object.fromEntries(
      [...fates, 'duplicate', 'caches'].map((name) => [name, colourOf(`probe-${name}`)]),
    ),
    ground: colourOf('probe-ground'),
    frame: colourOf('probe-frame'),
    header: colourOf('probe-header'),
    text: colourOf('probe-text'),
    cellText: colourOf('probe-cell-text'),
    focus: colourOf('probe-focus'),
    hatch: hatch(drawing, colourOf('probe-hatch')),
  }
  probe.remove()
  return colours
}

function hatch(drawing: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const tile = element('canvas', { width: 8, height: 8 })
  const brush = tile.getContext('2d')!
  brush.strokeStyle = colour
  brush.lineWidth = 2
  brush.beginPath()
  for (const shift of [-8, 0, 8]) {
    brush.moveTo(shift, 8)
    brush.lineTo(shift + 8, 0)
  }
  brush.stroke()
  return drawing.createPattern(tile, 'repeat')
}

/** What the bytes of an event are called in the legend of waste. */
export function wasteName(paths: Paths, event: number): string {
  const fate = paths.fate[event]!
  if (fate !== 0) return fates[fate]!
  const marks = paths.marks[event]!
  if ((marks & cacheMark) !== 0) return 'caches'
  return (marks & duplicateMark) !== 0 ? 'duplicate' : 'visible'
}
