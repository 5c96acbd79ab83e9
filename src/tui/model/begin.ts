// The first state, by what people like: dive's defaults, or what their configuration says.
import type { Mark, Study } from '../../engine/index.ts'
import { type Binding, type Keymap, keymap, type Place } from './keymap.ts'
import { atTop } from './list.ts'
import { type LayerList, openTree, type Size, type State, spanOf, type TreeState } from './state.ts'
import { toggleFoldAll } from './tree.ts'

export interface Preferences {
  /** By dive's names of what keys do; other keys instead of its own. */
  readonly keys?: Readonly<Record<string, readonly string[]>> | undefined
  /** Changes that are not drawn at first. */
  readonly hide?: readonly ('added' | 'removed' | 'modified' | 'unmodified')[] | undefined
  readonly folded?: boolean | undefined
  readonly attributes?: boolean | undefined
  readonly aggregated?: boolean | undefined
  /** The tree's part of the width, between 0 and 1. */
  readonly treeWidth?: number | undefined
}

/** The lowest layer, every directory open, half of the width for the tree, as dive starts. */
export function begin(study: Study, size: Size, liked: Preferences = {}): State {
  const changes = liked.aggregated === true ? 'aggregated' : 'layer'
  const layers: LayerList = { at: atTop, changes, mark: undefined }
  return {
    study,
    size,
    keymap: withKeys(liked.keys ?? {}),
    treeWidth: liked.treeWidth ?? 0.5,
    screen: 'panes',
    back: 'panes',
    pane: 'layers',
    layers,
    tree: firstTree(study, layers, liked),
    comparison: undefined,
    layerTop: 0,
    image: atTop,
    waste: atTop,
    secrets: { search: { kind: 'none' }, at: atTop },
    dockerfile: atTop,
    help: 0,
    file: undefined,
    prompt: undefined,
    notice: undefined,
  }
}

function firstTree(
  study: Study,
  layers: LayerList,
  { hide = [], folded, attributes }: Preferences,
): TreeState {
  const marks = hide.flatMap((mark): Mark[] => (mark === 'modified' ? [mark, 'attributesOnly'] : [mark]))
  const tree = { ...openTree(study.tree, spanOf(layers), new Set(marks)), attributes: attributes ?? true }
  return folded === true ? toggleFoldAll(tree, 1) : tree
}

const at =
  (key: string, ...places: readonly Place[]) =>
  (place: string): string | undefined =>
    places.length === 0 || places.some((one) => one === place) ? key : undefined

/** dive's names of what keys do, from its configuration: for a place the first key of the binding that is meant. */
const diveKeys: Readonly<Record<string, (place: string) => string | undefined>> = {
  quit: at('ctrl-c', 'everywhere'),
  'toggle-view': at('tab', 'panes'),
  'filter-files': at('ctrl-f', 'panes'),
  'close-filter-files': at('esc', 'everywhere'),
  up: at('up'),
  down: at('down'),
  left: at('left'),
  right: at('right'),
  'page-up': at('pgup'),
  'page-down': at('pgdn'),
  'compare-all': at('ctrl-a', 'layers'),
  'compare-layer': at('ctrl-l', 'layers'),
  'toggle-collapse-dir': at('space', 'tree'),
  'toggle-collapse-all-dir': at('ctrl-space', 'tree'),
  'toggle-added-files': at('ctrl-a', 'tree'),
  'toggle-removed-files': at('ctrl-r', 'tree'),
  'toggle-modified-files': at('ctrl-m', 'tree'),
  'toggle-unmodified-files': at('ctrl-u', 'tree'),
  'toggle-filetree-attributes': at('ctrl-b', 'tree'),
  'toggle-sort-order': at('ctrl-o', 'tree'),
  'toggle-wrap-tree': at('ctrl-p', 'tree'),
  'extract-file': at('ctrl-e', 'tree'),
}

/**
 * The keys with others in place of dive's. What else had one of those loses it, where both would count; a name that dive does not have
 * changes nothing.
 */
function withKeys(keys: NonNullable<Preferences['keys']>): Keymap {
  const chosen = (place: string, { keys: [first] }: Binding): readonly string[] | undefined => {
    const name = Object.keys(keys).find((one) => diveKeys[one]?.(place) === first)
    if (name === undefined) return undefined
    // whatever else does: ctrl-c is what people press when nothing else helps
    return name === 'quit' ? [...keys[name]!, 'ctrl-c'] : keys[name]!
  }
  const chosenIn = (place: Place): readonly string[] =>
    keymap[place].flatMap((binding) => chosen(place, binding) ?? [])
  const places = Object.entries(keymap).map(([place, bindings]) => {
    const taken = [place as Place, 'panes' as const, 'everywhere' as const].flatMap(chosenIn)
    const own = bindings.map((binding) => ({
      ...binding,
      keys: chosen(place, binding) ?? binding.keys.filter((key) => !taken.includes(key)),
    }))
    return [place, own.filter((binding) => binding.keys.length > 0)]
  })
  return Object.fromEntries(places) as Keymap
}
