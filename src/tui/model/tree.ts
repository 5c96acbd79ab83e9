// What the keys of the tree pane do: folding, hiding, sorting, filtering, searching. Each takes a tree state and gives the next one,
// with the cursor on the node it was on.
import type { Mark, NodeId, Search, Span, TreeView } from '../../engine/index.ts'
import { type Extent, jumpTo, moveTo } from './list.ts'
import { above, holdsPaths, outlineOf } from './outline.ts'
import type { Finds, TreeState } from './state.ts'

/** The node under the cursor; there is none where nothing is drawn. */
export function current({ outline, at }: TreeState): NodeId | undefined {
  return outline.ids[at.cursor]
}

export function extentOf({ outline }: TreeState, height: number): Extent {
  return { length: outline.ids.length, height }
}

/** Draws the tree anew after something about it changed. */
function redraw(tree: TreeState, height: number): TreeState {
  // who has not moved yet stays at the top
  const node = tree.at.cursor === 0 ? undefined : current(tree)
  const ids = tree.view.outline({
    order: tree.order,
    collapsed: tree.collapsed,
    hide: tree.hide,
    only: tree.only,
  })
  const next = { ...tree, outline: outlineOf(ids, tree.tree.shape), finds: undefined }
  return {
    ...next,
    at: jumpTo(tree.at, node === undefined ? 0 : rowNear(next, node), extentOf(next, height)),
  }
}

/** The row of a node, or of the nearest directory above it that is drawn. */
function rowNear(tree: TreeState, node: NodeId): number {
  const shape = tree.tree.shape
  const { ids } = tree.outline
  const own = ids.indexOf(node)
  if (own >= 0) return own
  for (const directory of above(node, shape)) {
    const row = ids.indexOf(directory)
    if (row >= 0) return row
  }
  return 0
}

export function showSpan(tree: TreeState, span: Span, height: number): TreeState {
  const view = tree.tree.view(span)
  if (view === tree.view) return tree
  return redraw({ ...tree, view, only: tree.filter === '' ? undefined : matches(view, tree.filter) }, height)
}

export function toggleFold(tree: TreeState, height: number): TreeState {
  const node = current(tree)
  if (node === undefined || !holdsPaths(node, tree.tree.shape)) return tree
  const collapsed = new Set(tree.collapsed)
  if (!collapsed.delete(node)) collapsed.add(node)
  return redraw({ ...tree, collapsed }, height)
}

export function toggleFoldAll(tree: TreeState, height: number): TreeState {
  const collapsed = new Set<NodeId>()
  const shape = tree.tree.shape
  if (tree.collapsed.size === 0)
    for (let id = 1; id < tree.tree.length; id++) if (holdsPaths(id, shape)) collapsed.add(id)
  return redraw({ ...tree, collapsed }, height)
}

export function toggleHidden(tree: TreeState, marks: readonly Mark[], height: number): TreeState {
  const hide = new Set(tree.hide)
  const shown = marks.every((mark) => hide.has(mark))
  for (const mark of marks) {
    if (shown) hide.delete(mark)
    else hide.add(mark)
  }
  return redraw({ ...tree, hide }, height)
}

export function toggleOrder(tree: TreeState, height: number): TreeState {
  return redraw({ ...tree, order: tree.order === 'name' ? 'size' : 'name' }, height)
}

export function setFilter(tree: TreeState, filter: string, height: number): TreeState {
  if (filter === tree.filter) return tree
  return redraw({ ...tree, filter, only: filter === '' ? undefined : matches(tree.view, filter) }, height)
}

/** Opens a folded directory, and goes into an open one. */
export function goIn(tree: TreeState, height: number): TreeState {
  const node = current(tree)
  if (node === undefined) return tree
  if (tree.collapsed.has(node)) return toggleFold(tree, height)
  const next = tree.outline.ids[tree.at.cursor + 1]
  const { parent } = tree.tree.shape
  if (next === undefined || parent[next] !== node) return tree
  return { ...tree, at: moveTo(tree.at, tree.at.cursor + 1, extentOf(tree, height)) }
}

/** Goes to the directory that holds what is under the cursor. */
export function goOut(tree: TreeState, height: number): TreeState {
  const node = current(tree)
  if (node === undefined) return tree
  const row = tree.outline.ids.indexOf(tree.tree.shape.parent[node]!)
  return row < 0 ? tree : { ...tree, at: moveTo(tree.at, row, extentOf(tree, height)) }
}

/** Puts the cursor on a node, opening the directories above it and showing what was hidden if need be. */
export function goTo(tree: TreeState, node: NodeId, height: number): TreeState {
  const collapsed = new Set(tree.collapsed)
  for (const directory of above(node, tree.tree.shape)) collapsed.delete(directory)
  let next = collapsed.size === tree.collapsed.size ? tree : redraw({ ...tree, collapsed }, height)
  if (!next.outline.ids.includes(node))
    next = redraw({ ...next, hide: new Set(), filter: '', only: undefined }, height)
  const row = next.outline.ids.indexOf(node)
  return row < 0 ? tree : { ...next, at: jumpTo(next.at, row, extentOf(next, height)) }
}

/** A filter is a regular expression, as dive's is; what is none is a glob such as `*.so`, else plain text. */
function matches(view: TreeView, text: string): Uint32Array {
  // text that means itself is found sooner as such
  const kinds = /^[\w/ -]*$/.test(text) ? (['substring'] as const) : (['regex', 'glob', 'substring'] as const)
  return tryIn(
    view,
    kinds.map((as) => ({ text, as })),
  )
}

function tryIn(view: TreeView, [first, ...others]: readonly Search[]): Uint32Array {
  try {
    return view.search(first!)
  } catch (thrown) {
    if (others.length === 0) throw thrown
    return tryIn(view, others)
  }
}

/** Looks for text, or with `*`, `?` or `[` in it for a glob, among all that may be drawn, folded or not. */
export function find(tree: TreeState, text: string): Finds {
  const glob: readonly Search[] = /[*?[]/.test(text) ? [{ text, as: 'glob' }] : []
  const found = text === '' ? [] : tryIn(tree.view, [...glob, { text, as: 'substring' }])
  const is = new Uint8Array(tree.tree.length)
  for (const id of found) is[id] = 1
  const open =
    tree.collapsed.size === 0
      ? tree.outline.ids
      : tree.view.outline({ order: tree.order, hide: tree.hide, only: tree.only })
  const rows = new Uint32Array(found.length)
  const ids = new Uint32Array(found.length)
  let count = 0
  for (let row = 0; row < open.length; row++) {
    if (is[open[row]!] !== 1) continue
    rows[count] = row
    ids[count++] = open[row]!
  }
  return { text, is, open, ids: ids.subarray(0, count), rows: rows.subarray(0, count) }
}

/** Goes to the next find (`step` 1), the one before (-1), or the first from the cursor on (0); round the end. */
export function goToFind(tree: TreeState, text: string, step: -1 | 0 | 1, height: number): TreeState {
  const finds = tree.finds?.text === text ? tree.finds : find(tree, text)
  const count = finds.ids.length
  if (count === 0) return { ...tree, finds }
  const node = current(tree)
  const here = node === undefined ? 0 : finds.open.indexOf(node)
  let place = finds.rows.findIndex((row) => (step > 0 ? row > here : row >= here))
  if (place < 0) place = count
  if (step < 0) place--
  const next = goTo(tree, finds.ids[(place + count) % count]!, height)
  return { ...next, finds }
}

/** Which of the finds the cursor is on, counted from 1; 0 where it is on none. */
export function placeOfFind({ finds, at, outline }: TreeState): number {
  const node = outline.ids[at.cursor]
  return finds === undefined || node === undefined ? 0 : finds.ids.indexOf(node) + 1
}
