// The treemap: layout, drawing, and what mouse and keys do in it. What it shows stands in the table below it as well.
import { type Colours, readColours } from './colours.ts'
import { byId, calm, choice } from './dom.ts'
import { showCrumbs } from './map-crumbs.ts'
import { drawMap } from './map-draw.ts'
import { cellAt, nearest } from './map-find.ts'
import { type Cell, layoutMap } from './map-layout.ts'
import { showTable } from './map-table.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import type { Box } from './squarify.ts'
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

const animation = 190

export function startMap({ paths, layers, state, theme, narrator, reveal }: MapParts): void {
  const frame = byId('treemap', HTMLElement)
  const canvas = byId('map-canvas', HTMLCanvasElement)
  const tip = byId('map-tip', HTMLElement)
  const status = byId('map-status', HTMLElement)
  const brush = canvas.getContext('2d')!
  let colours: Colours | undefined
  let cells: readonly Cell[] = []
  let focused: number | undefined
  let hovered: Cell | undefined
  let moving = 0

  const size = (): Box => ({ x: 0, y: 0, width: frame.clientWidth, height: frame.clientHeight })
  const drawOn = (target: CanvasRenderingContext2D): void => {
    colours ??= readColours(layers, brush)
    target.fillStyle = colours.ground
    target.fillRect(0, 0, frame.clientWidth, frame.clientHeight)
    drawMap(target, { cells, paths, colours, choices: state.now })
  }
  const draw = (): void => {
    drawOn(brush)
    const marked = document.activeElement === frame ? top(focused) : undefined
    for (const [cell, width] of [
      [marked, 3],
      [hovered, 1.5],
    ] as const) {
      if (cell === undefined) continue
      brush.strokeStyle = colours!.focus
      brush.lineWidth = width
      const { x, y } = cell.box
      brush.strokeRect(x + width / 2, y + width / 2, cell.box.width - width, cell.box.height - width)
    }
  }
  const top = (row: number | undefined): Cell | undefined =>
    row === undefined ? undefined : cells.find((cell) => cell.depth === 1 && cell.row === row)
  const lay = (): void => {
    const { width, height } = size()
    const scale = devicePixelRatio
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    brush.setTransform(scale, 0, 0, scale, 0, 0)
    cells = layoutMap(paths, state.now.place, { x: 0, y: 0, width, height })
    hovered = undefined
    tip.hidden = true
  }
  const whole = (): void => {
    cancelAnimationFrame(moving)
    lay()
    draw()
  }

  /** Lets what was in `from` grow until it is in `to`, and the new picture come out of it. */
  const zoom = (from: Box, to: Box, coming: 'in' | 'out'): void => {
    cancelAnimationFrame(moving)
    const old = copyOf(canvas)
    lay()
    drawOn(brush)
    const fresh = copyOf(canvas)
    const { width, height } = size()
    const began = performance.now()
    const step = (now: number): void => {
      const done = Math.min(1, (now - began) / animation)
      if (done === 1) {
        draw()
        return
      }
      const eased = 1 - (1 - done) ** 3
      const box = between(from, to, eased)
      const [under, over] = coming === 'in' ? [old, fresh] : [fresh, old]
      brush.globalAlpha = 1
      brush.drawImage(under, 0, 0, width, height)
      brush.globalAlpha = coming === 'in' ? eased : 1 - eased
      brush.drawImage(over, box.x, box.y, box.width, box.height)
      brush.globalAlpha = 1
      moving = requestAnimationFrame(step)
    }
    moving = requestAnimationFrame(step)
  }

  const describe = (cell: Cell): string => {
    const place = paths.path(cell.row)
    const name = cell.what === 'rest' ? `${cell.paths} smaller paths in ${place || '/'}` : place
    const share = percent(cell.bytes, paths.shipped[state.now.place]!)
    return `${visible(name)}: ${narrator.cell(cell)}, ${share} of this level`
  }
  const enter = (row: number): void => {
    if (paths.end[row]! > row + 1) state.set({ place: row })
    else reveal(row)
  }
  const leave = (): void => {
    const { place } = state.now
    if (place === 0) return
    focused = place
    state.set({ place: paths.parent[place]! })
  }
  const focusOn = (row: number | undefined): void => {
    focused = row
    const cell = top(row)
    status.textContent = cell === undefined ? '' : describe(cell)
    draw()
  }

  frame.addEventListener('mousemove', (event) => {
    const found = cellAt(cells, spot(event, frame))
    if (found !== hovered) {
      hovered = found
      tip.hidden = found === undefined
      if (found !== undefined) tip.textContent = describe(found)
      draw()
    }
    placeTip(tip, spot(event, frame), frame)
  })
  frame.addEventListener('mouseleave', () => {
    hovered = undefined
    tip.hidden = true
    draw()
  })
  frame.addEventListener('click', (event) => {
    const at = spot(event, frame)
    const found = cells.find((cell) => cell.depth === 1 && cellAt([cell], at) !== undefined)
    if (found === undefined) return
    if (found.what === 'rest') {
      focusOn(undefined)
      return
    }
    focused = undefined
    enter(found.row)
  })
  frame.addEventListener('keydown', (event) => {
    const firsts = cells.filter((cell) => cell.depth === 1 && cell.what !== 'rest')
    const here = top(focused) ?? firsts[0]
    if (here === undefined) return
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'ArrowUp':
      case 'ArrowDown':
        focusOn((focused === undefined ? here : (nearest(firsts, here, event.key) ?? here)).row)
        break
      case 'Home':
        focusOn(firsts[0]!.row)
        break
      case 'End':
        focusOn(firsts.at(-1)!.row)
        break
      case 'Enter':
      case ' ':
        enter(here.row)
        break
      case 'Backspace':
      case 'Escape':
        leave()
        break
      case 'f':
        reveal(here.row)
        break
      default:
        return
    }
    event.preventDefault()
  })
  frame.addEventListener('focus', () => focusOn(focused ?? cells[0]?.row))
  frame.addEventListener('blur', draw)
  choice('colour', (value) => state.set({ colour: value === 'layer' ? 'layer' : 'waste' }))
  theme.watch(() => {
    colours = undefined
    draw()
  })
  new ResizeObserver(whole).observe(frame)

  state.watch((now, before) => {
    if (before === undefined) return
    if (now.place === before.place) {
      if (now.colour !== before.colour || now.layer !== before.layer) draw()
    } else moveTo(now.place, before.place)
    byId('map-legend', HTMLElement).hidden = now.colour === 'layer'
    byId('map-layers', HTMLElement).hidden = now.colour !== 'layer'
  })
  const moveTo = (place: number, before: number): void => {
    const goingIn = before === paths.parent[place] ? top(place)?.box : undefined
    if (goingIn !== undefined) focused = undefined
    if (calm.matches) whole()
    else if (goingIn !== undefined) zoom(goingIn, size(), 'in')
    else {
      lay()
      const back = place === paths.parent[before] ? top(before)?.box : undefined
      if (back !== undefined) zoom(size(), back, 'out')
      else whole()
    }
    focusOn(focused ?? cells.find((cell) => cell.depth === 1)?.row)
  }
  showCrumbs(paths, state)
  showTable({ paths, state, narrator, enter })
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  copy.getContext('2d')!.drawImage(canvas, 0, 0)
  return copy
}

function between(from: Box, to: Box, share: number): Box {
  const mix = (a: number, b: number): number => a + (b - a) * share
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
  }
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
