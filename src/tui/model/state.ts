// All that the browser knows, as one value. `update.ts` makes the next of it from a key; the screen is a function of it. Nothing here
// is a colour or touches a terminal.
import type { Comparison, Mark, NodeId, Order, Span, Study, StudyTree, TreeView } from '../../engine/index.ts'
import type { FileScreen } from './file-screen.ts'
import type { Keymap } from './keymap.ts'
import { atTop, type Position } from './list.ts'
import { type Outline, outlineOf } from './outline.ts'
import type { SecretSearch } from './secret-search.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

export type Pane = 'layers' | 'layer' | 'image' | 'tree'

export type Screen = 'panes' | 'waste' | 'secrets' | 'dockerfile' | 'file' | 'help'

/** Which states of the image the tree compares. `marked`: the layer that was marked with the one under the cursor. */
export type Changes = 'layer' | 'aggregated' | 'marked'

export interface LayerList {
  readonly at: Position
  readonly changes: Changes
  readonly mark: number | undefined
}

/** The nodes a search found among those that may be drawn, top to bottom. `rows`: where they stand with every directory open. */
export interface Finds {
  readonly text: string
  readonly ids: Uint32Array
  readonly rows: Uint32Array
  /** By node: 1 where it was found. */
  readonly is: Uint8Array
  /** All nodes that may be drawn, with every directory open. */
  readonly open: Uint32Array
}

export interface TreeState {
  readonly tree: StudyTree
  readonly view: TreeView
  readonly outline: Outline
  readonly at: Position
  readonly collapsed: ReadonlySet<NodeId>
  readonly hide: ReadonlySet<Mark>
  readonly order: Order
  readonly attributes: boolean
  readonly wrap: boolean
  /** As typed; empty for none. */
  readonly filter: string
  readonly only: Uint32Array | undefined
  /** What was searched for last. */
  readonly search: string
  readonly finds: Finds | undefined
}

/** A line that is typed into. `before`: the tree as it was when typing began. */
export interface Prompt {
  readonly purpose: 'filter' | 'search' | 'extract' | 'compare'
  readonly text: string
  /** Characters before the cursor. */
  readonly cursor: number
  readonly before: TreeState
}

export interface State {
  readonly study: Study
  readonly size: Size
  readonly keymap: Keymap
  /** The tree's part of the width. */
  readonly treeWidth: number
  readonly screen: Screen
  /** Where help goes back to. */
  readonly back: Screen
  readonly pane: Pane
  readonly layers: LayerList
  readonly tree: TreeState
  /** The other image, while the tree compares with one. */
  readonly comparison: Comparison | undefined
  readonly layerTop: number
  readonly image: Position
  readonly waste: Position
  readonly secrets: { readonly search: SecretSearch; readonly at: Position }
  readonly dockerfile: Position
  readonly help: number
  readonly file: FileScreen | undefined
  readonly prompt: Prompt | undefined
  readonly notice: string | undefined
}

/** What is to be done outside: the reducer only says so. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'read'; readonly id: NodeId; readonly layer: number; readonly below: number | undefined }
  | { readonly kind: 'extract'; readonly id: NodeId; readonly height: number; readonly directory: string }
  | { readonly kind: 'compare'; readonly other: string }
  | { readonly kind: 'search-secrets' }
  | { readonly kind: 'stop-search' }

export interface Update {
  readonly state: State
  readonly effect?: Effect | undefined
}

/** What the layer list compares. The lowest layer is compared with itself, as in dive: all of it is new, so nothing of it stands out. */
export function spanOf({ at, changes, mark }: LayerList): Span {
  const upper = at.cursor + 1
  if (at.cursor === 0 && changes !== 'marked') return { lower: 1, upper: 1 }
  if (changes === 'marked' && mark !== undefined)
    return { lower: Math.min(mark, at.cursor) + 1, upper: Math.max(mark, at.cursor) + 1 }
  if (changes === 'aggregated') return { lower: 1, upper }
  return { lower: at.cursor, upper }
}

export function openTree(tree: StudyTree, span: Span, hide: ReadonlySet<Mark> = new Set()): TreeState {
  const view = tree.view(span)
  return {
    tree,
    view,
    outline: outlineOf(view.outline({ hide }), tree.shape),
    at: atTop,
    collapsed: new Set(),
    hide,
    order: 'name',
    attributes: true,
    wrap: false,
    filter: '',
    only: undefined,
    search: '',
    finds: undefined,
  }
}
