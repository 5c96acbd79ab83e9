// Which pane is where. dive's arrangement: layers and details on the left, the tree on the right, the keys at the bottom. Where there
// is no room for both sides the one with the focus is shown, and of the left panes the one with the focus.
import type { Pane, State } from './state.ts'

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly panes: Readonly<Partial<Record<Pane, Area>>>
  /** What a screen that is not the panes may use. */
  readonly whole: Area
  /** The line that is typed into; else what was said last, else what the cursor is on. */
  readonly line: Area
  readonly bar: Area
}

export const leastColumns = 30
export const leastRows = 6

const bothSides = 72
const wholeLeft = 20

export function layOut(state: State): Layout {
  const { columns, rows } = state.size
  const height = rows - 2
  const whole: Area = { x: 0, y: 0, width: columns, height }
  return {
    panes: layPanes(state, whole),
    whole,
    line: { x: 0, y: height, width: columns, height: 1 },
    bar: { x: 0, y: rows - 1, width: columns, height: 1 },
  }
}

function layPanes(state: State, whole: Area): Layout['panes'] {
  if (whole.width < bothSides)
    return state.pane === 'tree' ? { tree: whole } : layLeft(state, state.pane, whole)
  const middle = Math.floor(whole.width * (1 - state.treeWidth))
  const left = { ...whole, width: middle - 1 }
  const tree = { ...whole, x: middle, width: whole.width - middle }
  return { ...layLeft(state, state.pane === 'tree' ? 'layers' : state.pane, left), tree }
}

function layLeft(state: State, focus: Pane, area: Area): Layout['panes'] {
  if (area.height < wholeLeft) return { [focus]: area }
  const layers = Math.min(state.study.report.layers.length + 3, Math.floor(area.height * 0.4))
  const layer = Math.min(11, Math.floor(area.height * 0.3))
  return {
    layers: { ...area, height: layers },
    layer: { ...area, y: area.y + layers, height: layer },
    image: { ...area, y: area.y + layers + layer, height: area.height - layers - layer },
  }
}

/** Rows of a pane below its title and column heads. */
export function bodyOf(pane: Pane, area: Area | undefined): Area | undefined {
  if (area === undefined) return undefined
  const head = pane === 'layers' || pane === 'tree' ? 2 : 1
  return { ...area, y: area.y + head, height: Math.max(1, area.height - head) }
}
