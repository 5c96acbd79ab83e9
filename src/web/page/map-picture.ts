// The picture of the treemap on its canvas: laid out for a directory, drawn in the colours of the theme, moved from one directory to
// another, with a frame around the box that the keyboard is at and the one under the mouse.
import { type Colours, readColours } from './colours.ts'
import { byId, calm } from './dom.ts'
import { drawMap } from './map-draw.ts'
import { type Cell, layoutMap } from './map-layout.ts'
import { animate, copyOf } from './map-zoom.ts'
import type { Paths } from './paths.ts'
import type { Box } from './squarify.ts'
import type { State } from './state.ts'
import type { Theme } from './theme.ts'

export interface PictureParts {
  readonly paths: Paths
  readonly layers: number
  readonly state: State
  readonly theme: Theme
  readonly frame: HTMLElement
}

export interface Picture {
  readonly cells: readonly Cell[]
  /** The box of a path that is directly in the shown directory. */
  top(row: number | undefined): Cell | undefined
  /** Draws again, with frames around these; a movement ends first. */
  draw(marked: { readonly focused?: number | undefined; readonly hovered?: Cell | undefined }): void
  /** Shows `place` after `before`, in a movement where one holds the other. */
  move(place: number, before: number): void
}

/** `resized` is called whenever the boxes are others because the window is. */
export function createPicture(
  { paths, layers, state, theme, frame }: PictureParts,
  resized: () => void,
): Picture {
  const canvas = byId('map-canvas', HTMLCanvasElement)
  const brush = canvas.getContext('2d')!
  let colours: Colours | undefined
  let cells: readonly Cell[] = []
  let marked: Parameters<Picture['draw']>[0] = {}
  /** Ends a movement that is under way. */
  let stop: (() => void) | undefined

  const whole = (): Box => ({ x: 0, y: 0, width: frame.clientWidth, height: frame.clientHeight })
  const lay = (): void => {
    const box = whole()
    const scale = devicePixelRatio
    canvas.width = Math.round(box.width * scale)
    canvas.height = Math.round(box.height * scale)
    brush.setTransform(scale, 0, 0, scale, 0, 0)
    cells = layoutMap(paths, state.now.place, box)
  }
  const top = (row: number | undefined): Cell | undefined =>
    row === undefined ? undefined : cells.find((cell) => cell.depth === 1 && cell.row === row)
  const drawCells = (): void => {
    colours ??= readColours(layers, brush)
    brush.fillStyle = colours.ground
    brush.fillRect(0, 0, frame.clientWidth, frame.clientHeight)
    drawMap(brush, { cells, paths, colours, choices: state.now })
  }
  const draw = (): void => {
    stop?.()
    stop = undefined
    drawCells()
    outline(top(marked.focused), 3)
    outline(marked.hovered, 1.5)
  }
  const outline = (cell: Cell | undefined, width: number): void => {
    if (cell === undefined) return
    const { box } = cell
    brush.strokeStyle = colours!.focus
    brush.lineWidth = width
    brush.strokeRect(box.x + width / 2, box.y + width / 2, box.width - width, box.height - width)
  }

  theme.watch(() => {
    colours = undefined
    draw()
  })
  new ResizeObserver(() => {
    lay()
    resized()
    draw()
  }).observe(frame)

  return {
    get cells() {
      return cells
    },
    top,
    draw(wanted) {
      marked = wanted
      if (stop === undefined) draw()
    },
    move(place, before) {
      stop?.()
      stop = undefined
      const old = copyOf(canvas)
      const out = top(place)?.box
      lay()
      drawCells()
      const back = top(before)?.box
      if (calm.matches || (out === undefined && back === undefined)) {
        draw()
        return
      }
      stop = animate(
        brush,
        {
          ...(out === undefined
            ? { from: whole(), to: back!, direction: 'out' }
            : { from: out, to: whole(), direction: 'in' }),
          before: old,
          after: copyOf(canvas),
        },
        { ...whole(), done: draw },
      )
    },
  }
}
