// What clicks and the wheel do: a click gives a pane the focus and puts the cursor on a row, a second one on the same row opens it;
// the wheel moves what the pointer is over.
import type { Input } from '../terminal/keys.ts'
import { treeRowAt } from '../view/tree-pane.ts'
import { findBinding } from './keymap.ts'
import { type Area, bodyOf, layOut } from './layout.ts'
import { moveTo } from './list.ts'
import { listOf, wheel } from './move.ts'
import type { Pane, State, Update } from './state.ts'

type Mouse = Extract<Input, { kind: 'mouse' }>

const wheelRows = 3

export function point(state: State, mouse: Mouse): State | Update {
  const { panes, whole } = layOut(state)
  const pane = (Object.keys(panes) as Pane[]).find((name) => holds(panes[name]!, mouse)) ?? state.pane
  if (mouse.button !== 'left') return wheel(state, pane, mouse.button === 'up' ? -wheelRows : wheelRows)
  if (state.screen !== 'panes') {
    const list = listOf(state)
    return choose(state, { ...whole, y: 2, height: list.extent.height }, mouse, list)
  }
  const area = panes[pane]
  if (area === undefined || !holds(area, mouse)) return state
  return choose({ ...state, pane }, bodyOf(pane, area)!, mouse, listOf(state, pane), state.pane === pane)
}

function holds({ x, y, width, height }: Area, mouse: Mouse): boolean {
  return mouse.x >= x && mouse.x < x + width && mouse.y >= y && mouse.y < y + height
}

/** Puts the cursor on the row that was clicked, or opens it where the cursor is there and the pane had the focus. */
function choose(
  state: State,
  body: Area,
  mouse: Mouse,
  list: ReturnType<typeof listOf>,
  focused = true,
): State | Update {
  if (!holds(body, mouse) || list.scrolls) return state
  const inTree = state.screen === 'panes' && state.pane === 'tree'
  const row = inTree ? treeRowAt(state, body, mouse.y - body.y) : list.at.top + mouse.y - body.y
  if (row >= list.extent.length) return state
  if (row !== list.at.cursor) {
    const moved = list.put(moveTo(list.at, row, list.extent))
    return { ...moved, pane: state.pane }
  }
  const open = inTree ? findBinding(state, isFile(state) ? 'v' : 'space') : findBinding(state, 'enter')
  return focused && open !== undefined ? open.run(state) : state
}

function isFile({ tree }: State): boolean {
  const id = tree.outline.ids[tree.at.cursor]
  return id !== undefined && tree.view.get(id).kind !== 'directory'
}
