// What keys do besides moving: each takes the state and gives the next one, with what is to be done outside if there is something.
import type { Mark, TreeNode, Version } from '../../engine/index.ts'
import { imagePath } from '../view/details.ts'
import { costLines, rowOfLayer } from './costs.ts'
import { type FileMode, openFile, setMode } from './file-screen.ts'
import { atTop, jumpTo, moveTo } from './list.ts'
import { listOf, showLayers, treeHeight } from './move.ts'
import { openPrompt } from './prompt.ts'
import {
  type Changes,
  openTree,
  type Pane,
  type State,
  spanOf,
  type TreeState,
  type Update,
} from './state.ts'
import * as tree from './tree.ts'

export function quit(state: State): Update | State {
  return state.screen === 'panes' ? { state, effect: { kind: 'quit' } } : back(state)
}

export function help(state: State): State {
  return state.screen === 'help' ? back(state) : { ...state, screen: 'help', back: state.screen, help: 0 }
}

export function waste(state: State): State {
  return { ...state, screen: state.screen === 'waste' ? 'panes' : 'waste' }
}

export function dockerfile(state: State): State {
  if (state.screen === 'dockerfile') return { ...state, screen: 'panes' }
  return goToLine(state, state.layers.at.cursor)
}

/** One thing ends at a time: a screen, a filter, a search, a comparison. */
export function back(state: State): State {
  if (state.screen === 'help') return { ...state, screen: state.back }
  if (state.screen !== 'panes') return { ...state, screen: 'panes', file: undefined }
  if (state.tree.filter !== '') return inTree(state, (own, height) => tree.setFilter(own, '', height))
  if (state.tree.finds !== undefined) return { ...state, tree: { ...state.tree, finds: undefined } }
  if (state.comparison !== undefined) return withoutComparison(state)
  return state.layers.changes === 'marked' ? show(state, 'layer') : state
}

/** The tree shows the image itself again. */
function withoutComparison(state: State): State {
  if (state.comparison === undefined) return state
  return { ...state, comparison: undefined, tree: openTree(state.study.tree, spanOf(state.layers)) }
}

export function switchView(state: State): State {
  return { ...state, pane: state.pane === 'tree' ? 'layers' : 'tree' }
}

const panes: readonly Pane[] = ['layers', 'layer', 'image', 'tree']

export function nextPane(state: State): State {
  return { ...state, pane: panes[(panes.indexOf(state.pane) + 1) % panes.length]! }
}

export function nextLeft(state: State): State {
  return { ...state, pane: panes[(panes.indexOf(state.pane) + 1) % 3]! }
}

export function previousLeft(state: State): State {
  return { ...state, pane: panes[(panes.indexOf(state.pane) + 2) % 3]! }
}

export function show(state: State, changes: Changes): State {
  const own = withoutComparison(state)
  return showLayers(own, { ...own.layers, changes, mark: undefined })
}

export function markLayer(state: State): State {
  if (state.layers.changes === 'marked') return show(state, 'layer')
  const mark = state.layers.at.cursor
  const own = withoutComparison(state)
  const marked = showLayers(own, { ...own.layers, changes: 'marked', mark })
  return {
    ...marked,
    notice: `layer ${mark} is marked: go to another layer to compare them (c or Esc ends it)`,
  }
}

function inTree(state: State, change: (own: TreeState, height: number) => TreeState): State {
  return { ...state, tree: change(state.tree, treeHeight(state)) }
}

export const fold = (state: State): State => inTree(state, tree.toggleFold)
export const foldAll = (state: State): State => inTree(state, tree.toggleFoldAll)
export const order = (state: State): State => inTree(state, tree.toggleOrder)
export const goIn = (state: State): State => inTree(state, tree.goIn)
export const goOut = (state: State): State => inTree(state, tree.goOut)

export function hide(state: State, marks: readonly Mark[]): State {
  return inTree(state, (own, height) => tree.toggleHidden(own, marks, height))
}

export function attributes(state: State): State {
  return inTree(state, (own) => ({ ...own, attributes: !own.attributes }))
}

export function wrap(state: State): State {
  return inTree(state, (own) => ({ ...own, wrap: !own.wrap }))
}

export function nextFind(state: State, step: 1 | -1): State {
  const { search } = state.tree
  if (search === '') return { ...state, notice: 'nothing was searched for yet: / starts a search' }
  const next = inTree(state, (own, height) => tree.goToFind(own, search, step, height))
  return next.tree.finds?.ids.length === 0 ? { ...next, notice: `nothing here matches "${search}"` } : next
}

export function extract(state: State): State {
  return tree.current(state.tree) === undefined ? state : openPrompt(state, 'extract')
}

/** Opens the file under the cursor; its content comes later. */
export function view(state: State, as: FileMode): Update | State {
  const id = tree.current(state.tree)
  if (id === undefined) return state
  const node = state.tree.view.get(id)
  if (node.kind === 'directory') return fold(state)
  if (node.kind !== 'file' && node.kind !== 'hardlink')
    return {
      ...state,
      notice:
        node.target === undefined ? `${node.path} has no content` : `${node.path} points to ${node.target}`,
    }
  return {
    state: { ...state, screen: 'file', file: openFile(id, node.path, as) },
    effect: { kind: 'read', id, layer: node.layer, below: layerBelow(state, node) },
  }
}

/** The layer whose version of a file another one replaced: on the lower side of what is compared, else in the layers below. */
function layerBelow(
  { tree: { tree: whole, view }, comparison }: State,
  { id, layer }: TreeNode,
): number | undefined {
  const hasContent = ({ kind }: Pick<TreeNode | Version, 'kind'>): boolean =>
    kind === 'file' || kind === 'hardlink'
  const { lower } = view.span
  const side = whole.view({ lower, upper: lower })
  const before = side.has(id) ? side.get(id) : undefined
  if (before !== undefined && before.layer !== layer) return hasContent(before) ? before.layer : undefined
  if (comparison !== undefined) return undefined
  return whole
    .versions(id)
    .filter((version) => version.layer < layer && hasContent(version))
    .at(-1)?.layer
}

export function mode(state: State, to: FileMode): State {
  return state.file === undefined ? state : { ...state, file: setMode(state.file, to) }
}

export function sideways(state: State, step: 1 | -1): State {
  if (state.file === undefined) return state
  return { ...state, file: { ...state.file, left: Math.max(0, state.file.left + step * 8) } }
}

/** To the beginning of the next run of changed lines. */
export function nextChange(state: State, step: 1 | -1): State {
  const { file } = state
  if (file === undefined) return state
  const starts = (row: number): boolean =>
    file.lines.at(row)?.change !== 'same' && (row === 0 || file.lines.at(row - 1)?.change === 'same')
  for (let row = file.at.top + step; row >= 0 && row < file.lines.length; row += step)
    if (starts(row)) {
      const at = moveTo({ cursor: row, top: row }, row, listOf(state).extent)
      return { ...state, file: { ...file, at: { cursor: at.top, top: at.top } } }
    }
  return state
}

/** Shows a path in one layer's changes. */
export function goToPath(state: State, path: string, layer: number): State {
  const panes: State = { ...withoutComparison(state), screen: 'panes', pane: 'tree' }
  const at = jumpTo(panes.layers.at, layer, listOf(panes, 'layers').extent)
  const shown = showLayers(panes, { at, changes: 'layer', mark: undefined })
  const id = shown.tree.view.find(path)
  return id === undefined
    ? { ...shown, notice: `${path} is not in this layer` }
    : inTree(shown, (own, height) => tree.goTo(own, id, height))
}

export function wasteToTree(state: State, end: 'broughtBy' | 'hiddenBy'): State {
  const item = state.study.report.items[state.waste.cursor]
  if (item === undefined) return state
  const layer = item[end]
  return layer === undefined
    ? { ...state, notice: 'nothing hides it: it is seen in the image' }
    : goToPath(state, item.path, layer)
}

export function wasteToLine(state: State, end: 'broughtBy' | 'hiddenBy'): State {
  const item = state.study.report.items[state.waste.cursor]
  if (item === undefined) return dockerfile(state)
  const layer = item[end]
  return layer === undefined
    ? { ...state, notice: 'nothing hides it: it is seen in the image' }
    : goToLine(state, layer)
}

/** Shows the line of the Dockerfile that made a layer. */
export function goToLine(state: State, layer: number): State {
  return goToRow(state, Math.max(0, rowOfLayer(state.study.report, layer)))
}

/** Shows a row of the Dockerfile's screen. */
export function goToRow(state: State, row: number): State {
  const next: State = { ...state, screen: 'dockerfile' }
  return { ...next, dockerfile: jumpTo(atTop, row, listOf(next).extent) }
}

export function lineOfLayer(state: State): State {
  return goToLine(state, state.layers.at.cursor)
}

export function layerOfLine(state: State): State {
  const line = costLines(state.study.report)[state.dockerfile.cursor]
  if (line?.layer === undefined) return { ...state, notice: 'this line made no layer' }
  const panes: State = { ...withoutComparison(state), screen: 'panes', pane: 'layers' }
  return showLayers(panes, {
    ...panes.layers,
    at: jumpTo(panes.layers.at, line.layer, listOf(panes, 'layers').extent),
  })
}

/** From a path in the image details to the uppermost layer that has it. */
export function fileOfImage(state: State): State {
  const path = imagePath(state.study.report, state.image.cursor)
  if (path === undefined) return state
  const { tree: whole } = state.study
  for (let layer = whole.height - 1; layer >= 0; layer--) {
    const view = whole.view({ lower: layer, upper: layer + 1 })
    const id = view.find(path)
    if (id !== undefined && view.mark(id) !== 'unmodified') return goToPath(state, path, layer)
  }
  return state
}
