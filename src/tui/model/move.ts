// Moving: the same keys move the cursor of whatever list has the focus, so they are written once over all of them.
import { imageLength, layerLines } from '../view/details.ts'
import { costLines } from './costs.ts'
import { bodyOf, layOut } from './layout.ts'
import { type Extent, moveTo, type Position, scrollBy } from './list.ts'
import { findingsOf } from './secret-search.ts'
import { type LayerList, type Pane, type State, spanOf } from './state.ts'
import { showSpan } from './tree.ts'

interface List {
  readonly at: Position
  readonly extent: Extent
  /** Without a cursor: keys move what is shown. */
  readonly scrolls?: boolean
  put(at: Position): State
}

/** The list that keys move: that of the screen, or of the pane with the focus. */
export function listOf(state: State, pane: Pane = state.pane): List {
  const { whole, panes } = layOut(state)
  const { report } = state.study
  const height = Math.max(1, whole.height - 2)
  switch (state.screen) {
    case 'waste':
      // its last rows tell more about the item under the cursor
      return {
        at: state.waste,
        extent: { length: report.items.length, height: wasteHeight(whole.height) },
        put: (waste) => ({ ...state, waste }),
      }
    case 'secrets':
      return {
        at: state.secrets.at,
        extent: { length: findingsOf(state.secrets.search).length, height: secretsHeight(whole.height) },
        put: (at) => ({ ...state, secrets: { ...state.secrets, at } }),
      }
    case 'dockerfile':
      return {
        at: state.dockerfile,
        extent: { length: costLines(report).length, height },
        put: (dockerfile) => ({ ...state, dockerfile }),
      }
    case 'file': {
      const file = state.file!
      const put = (at: Position): State => ({ ...state, file: { ...file, at } })
      return { at: file.at, extent: { length: file.lines.length, height }, scrolls: true, put }
    }
    case 'help': {
      const at = { cursor: state.help, top: state.help }
      // the help is drawn from the table of keys, which is made of these functions: `update.ts` stops it at its end
      const length = Number.MAX_SAFE_INTEGER
      return { at, extent: { length, height }, scrolls: true, put: ({ top }) => ({ ...state, help: top }) }
    }
    case 'panes': {
      const body = bodyOf(pane, panes[pane])
      return paneList(state, pane, body?.height ?? 1, body?.width ?? 1)
    }
  }
}

/** Rows of the waste list: three stand below it. */
export function wasteHeight(whole: number): number {
  return Math.max(1, whole - 5)
}

/** Rows of the list of secrets: eight below it tell about the one under the cursor. */
export function secretsHeight(whole: number): number {
  return Math.max(1, whole - 10)
}

function paneList(state: State, pane: Pane, height: number, width: number): List {
  const { report } = state.study
  const { layers } = report
  switch (pane) {
    case 'layers':
      return {
        at: state.layers.at,
        extent: { length: layers.length, height },
        put: (at) => showLayers(state, { ...state.layers, at }),
      }
    case 'layer': {
      const at = { cursor: state.layerTop, top: state.layerTop }
      const length = layerLines(report, layers[state.layers.at.cursor]!, width).length
      return {
        at,
        extent: { length, height },
        scrolls: true,
        put: ({ top }) => ({ ...state, layerTop: top }),
      }
    }
    case 'image':
      return {
        at: state.image,
        extent: { length: imageLength(report), height },
        put: (image) => ({ ...state, image }),
      }
    case 'tree':
      return {
        at: state.tree.at,
        extent: { length: state.tree.outline.ids.length, height },
        put: (at) => ({ ...state, tree: { ...state.tree, at } }),
      }
  }
}

export function treeHeight(state: State): number {
  return bodyOf('tree', layOut(state).panes.tree)?.height ?? 1
}

/** Another layer, or other states of the image to compare: the tree follows, unless it compares with another image. */
export function showLayers(state: State, layers: LayerList): State {
  const moved = layers.at.cursor !== state.layers.at.cursor
  const next = { ...state, layers, layerTop: moved ? 0 : state.layerTop }
  if (state.comparison !== undefined) return next
  return { ...next, tree: showSpan(state.tree, spanOf(layers), treeHeight(state)) }
}

export function moveRows(state: State, rows: number): State {
  const list = listOf(state)
  if (list.scrolls) return list.put(scrolled(list, rows))
  return list.put(moveTo(list.at, list.at.cursor + rows, list.extent))
}

export function movePages(state: State, pages: number): State {
  const { extent } = listOf(state)
  return moveRows(state, pages * extent.height)
}

export function moveToEnd(state: State, end: 'first' | 'last'): State {
  const { length } = listOf(state).extent
  return moveRows(state, end === 'first' ? -length : length)
}

export function wheel(state: State, pane: Pane, rows: number): State {
  const list = listOf(state, pane)
  if (list.scrolls || pane !== 'layers') return list.put(scrolled(list, rows))
  return list.put(moveTo(list.at, list.at.cursor + Math.sign(rows), list.extent))
}

function scrolled({ at, extent, scrolls }: List, rows: number): Position {
  const to = scrollBy(at, rows, extent)
  return scrolls ? { cursor: to.top, top: to.top } : to
}

/** After panes changed their size or came into view: every cursor on the screen, no row left empty that could be filled. */
export function settle(state: State): State {
  const { screen } = state
  let next: State = { ...state, screen: 'panes' }
  for (const pane of Object.keys(layOut(state).panes) as Pane[]) next = settled(listOf(next, pane))
  next = { ...next, screen }
  return screen === 'panes' ? next : settled(listOf(next))
}

function settled(list: List): State {
  return list.put(list.scrolls ? scrolled(list, 0) : moveTo(list.at, list.at.cursor, list.extent))
}
