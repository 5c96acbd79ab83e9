// The treemap: what mouse and keys do in it. What it shows stands in the table below it as well.
import { byId, choice } from './dom.ts'
import { showCrumbs } from './map-crumbs.ts'
import { cellAt, nearest } from './map-find.ts'
import type { Cell } from './map-layout.ts'
import { createPicture } from './map-picture.ts'
import { showTable } from './map-table.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import type { Theme } from './theme.ts'
import { percent, visible } from './words.ts'

export interface MapParts {
  readonly paths: Paths
  readonly layers: number
  readonly state: State
  readonly theme: Theme
  readonly narrator: Narrator
  /** Shows a path in the list of files. */
  readonly reveal: (row: number) => void
}

export function startMap({ paths, layers, state, theme, narrator, reveal }: MapParts): void {
  const frame = byId('treemap', HTMLElement)
  const tip = byId('map-tip', HTMLElement)
  const status = byId('map-status', HTMLElement)
  /** The path that the keyboard is at. */
  let at: number | undefined
  let hovered: Cell | undefined
  const picture = createPicture({ paths, layers, state, theme, frame }, () => hover(undefined))

  const draw = (): void =>
    picture.draw({ focused: document.activeElement === frame ? at : undefined, hovered })
  const describe = (cell: Cell): string => {
    const place = paths.path(cell.row)
    const name = cell.what === 'rest' ? `${cell.paths} smaller paths in ${place || '/'}` : place
    const share = percent(cell.bytes, paths.shipped[state.now.place]!)
    return `${visible(name)}: ${narrator.cell(cell)}, ${share} of this level`
  }
  const hover = (cell: Cell | undefined): void => {
    hovered = cell
    tip.hidden = cell === undefined
    if (cell !== undefined) tip.textContent = describe(cell)
  }
  const go = (row: number | undefined): void => {
    at = row
    const cell = picture.top(row)
    status.textContent = cell === undefined ? '' : describe(cell)
    draw()
  }
  const enter = (row: number): void => {
    if (paths.end[row]! > row + 1) state.set({ place: row })
    else reveal(row)
  }

  frame.addEventListener('mousemove', (event) => {
    const found = cellAt(picture.cells, spot(event, frame))
    if (found !== hovered) {
      hover(found)
      draw()
    }
    placeTip(tip, spot(event, frame), frame)
  })
  frame.addEventListener('mouseleave', () => {
    hover(undefined)
    draw()
  })
  frame.addEventListener('click', (event) => {
    const found = cellAt(
      picture.cells.filter(({ depth }) => depth === 1),
      spot(event, frame),
    )
    if (found !== undefined && found.what !== 'rest') enter(found.row)
  })
  frame.addEventListener('keydown', (event) => {
    const firsts = picture.cells.filter((cell) => cell.depth === 1 && cell.what !== 'rest')
    const here = picture.top(at) ?? firsts[0]
    if (here === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'ArrowUp':
      case 'ArrowDown':
        go((nearest(firsts, here, event.key) ?? here).row)
        break
      case 'Home':
        go(firsts[0]!.row)
        break
      case 'End':
        go(firsts.at(-1)!.row)
        break
      case 'Enter':
      case ' ':
        enter(here.row)
        break
      case 'Backspace':
      case 'Escape':
        state.set({ place: Math.max(0, paths.parent[state.now.place]!) })
        break
      case 'f':
        reveal(here.row)
        break
      default:
        return
    }
    event.preventDefault()
  })
  frame.addEventListener('focus', () => go(at ?? picture.cells[0]?.row))
  frame.addEventListener('blur', draw)
  choice('colour', (value) => state.set({ colour: value === 'layer' ? 'layer' : 'waste' }))

  state.watch((now, before) => {
    byId('map-legend', HTMLElement).hidden = now.colour === 'layer'
    byId('map-layers', HTMLElement).hidden = now.colour !== 'layer'
    if (before === undefined) return
    if (now.place !== before.place) {
      hover(undefined)
      picture.move(now.place, before.place)
      // out of a directory leads to that directory, into one to its largest
      at = picture.top(before.place)?.row ?? picture.cells.find(({ depth }) => depth === 1)?.row
      go(at)
    } else if (now.colour !== before.colour || now.layer !== before.layer) draw()
  })
  showCrumbs(paths, state)
  showTable({ paths, state, narrator, enter })
}

function spot(event: MouseEvent, frame: HTMLElement): { x: number; y: number } {
  const box = frame.getBoundingClientRect()
  return { x: event.clientX - box.left - frame.clientLeft, y: event.clientY - box.top - frame.clientTop }
}

function placeTip(tip: HTMLElement, { x, y }: { x: number; y: number }, frame: HTMLElement): void {
  const right = x > frame.clientWidth / 2
  tip.style.left = right ? '' : `${x + 14}px`
  tip.style.right = right ? `${frame.clientWidth - x + 14}px` : ''
  tip.style.top = `${Math.min(y + 14, frame.clientHeight - tip.offsetHeight - 4)}px`
}
