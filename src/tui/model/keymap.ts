// Which key does what, where: the one table that keys are looked up in and that the bar at the bottom and the help are drawn from.
import * as action from './actions.ts'
import { movePages, moveRows, moveToEnd } from './move.ts'
import { openPrompt } from './prompt.ts'
import * as secrets from './secrets.ts'
import type { State, Update } from './state.ts'

/** Where a key counts: on a screen, in a pane of the panes' screen, or on all of them (a place of its own goes first). */
export type Place =
  | 'everywhere'
  | 'panes'
  | 'layers'
  | 'layer'
  | 'image'
  | 'tree'
  | 'waste'
  | 'secrets'
  | 'dockerfile'
  | 'file'
  | 'help'

export interface Binding {
  readonly keys: readonly string[]
  /** What it does, for the help. */
  readonly about: string
  /** A word or two for the bar; what has none is in the help alone. */
  readonly label?: string
  /** For what is switched: whether it is on. */
  readonly on?: (state: State) => boolean
  readonly run: (state: State) => State | Update
}

const shows =
  (mark: 'added' | 'removed' | 'modified' | 'unmodified' | 'attributesOnly') =>
  ({ tree }: State): boolean =>
    !tree.hide.has(mark)

export type Keymap = Readonly<Record<Place, readonly Binding[]>>

export const keymap: Keymap = {
  everywhere: [
    { keys: ['ctrl-c', 'q'], label: 'Quit', about: 'quit', run: action.quit },
    { keys: ['?'], label: 'Help', about: 'show this help', run: action.help },
    { keys: ['w'], label: 'Waste', about: 'what is shipped and not seen, largest first', run: action.waste },
    {
      keys: ['S'],
      label: 'Secrets',
      about: 'credentials in all layers, removed ones too; searched for when it is opened',
      run: secrets.toggleSecrets,
    },
    {
      keys: ['f'],
      label: 'Dockerfile',
      about: 'the Dockerfile with the cost of each line',
      run: action.dockerfile,
    },
    { keys: ['up', 'k'], about: 'up', run: (state) => moveRows(state, -1) },
    { keys: ['down', 'j'], about: 'down', run: (state) => moveRows(state, 1) },
    { keys: ['pgup', 'u'], about: 'a page up', run: (state) => movePages(state, -1) },
    { keys: ['pgdn', 'd'], about: 'a page down', run: (state) => movePages(state, 1) },
    { keys: ['home', 'g'], about: 'to the first row', run: (state) => moveToEnd(state, 'first') },
    { keys: ['end', 'G'], about: 'to the last row', run: (state) => moveToEnd(state, 'last') },
    { keys: ['ctrl-z'], about: 'suspend', run: (state) => ({ state, effect: { kind: 'suspend' } }) },
    { keys: ['esc'], about: 'back; in the panes, end a filter, a search, a comparison', run: action.back },
  ],
  panes: [
    { keys: ['tab'], label: 'Switch view', about: 'between layers and tree', run: action.switchView },
    { keys: ['shift-tab'], about: 'to the next of the four panes', run: action.nextPane },
    {
      keys: ['ctrl-f', 'ctrl-/'],
      label: 'Filter',
      about: 'draw only paths that match a regular expression or a glob',
      run: (state) => openPrompt(state, 'filter'),
    },
    {
      keys: ['/'],
      label: 'Search',
      about: 'go to a path that holds a text or matches a glob',
      run: (state) => openPrompt(state, 'search'),
    },
    { keys: ['n'], about: 'to the next match', run: (state) => action.nextFind(state, 1) },
    { keys: ['N'], about: 'to the match before', run: (state) => action.nextFind(state, -1) },
    {
      keys: ['i'],
      label: 'Compare images',
      about: 'compare with another image',
      run: (state) => openPrompt(state, 'compare'),
    },
  ],
  layers: [
    {
      keys: ['ctrl-l'],
      label: 'Show layer changes',
      about: "this layer's changes",
      on: ({ layers }) => layers.changes === 'layer',
      run: (state) => action.show(state, 'layer'),
    },
    {
      keys: ['ctrl-a'],
      label: 'Show aggregated changes',
      about: 'all changes since the lowest layer',
      on: ({ layers }) => layers.changes === 'aggregated',
      run: (state) => action.show(state, 'aggregated'),
    },
    {
      keys: ['c'],
      label: 'Compare with',
      about: 'mark this layer; the others are then compared with it',
      on: ({ layers }) => layers.changes === 'marked',
      run: action.markLayer,
    },
    { keys: ['right', 'l'], about: 'to the next pane on the left', run: action.nextLeft },
    { keys: ['left', 'h'], about: 'to the pane before', run: action.previousLeft },
    { keys: ['enter'], about: 'to the line of the Dockerfile', run: action.lineOfLayer },
  ],
  layer: [
    { keys: ['right', 'l'], about: 'to the next pane on the left', run: action.nextLeft },
    { keys: ['left', 'h'], about: 'to the pane before', run: action.previousLeft },
  ],
  image: [
    { keys: ['enter'], label: 'Go to file', about: 'to the file in the tree', run: action.fileOfImage },
    { keys: ['right', 'l'], about: 'to the next pane on the left', run: action.nextLeft },
    { keys: ['left', 'h'], about: 'to the pane before', run: action.previousLeft },
  ],
  tree: [
    { keys: ['space'], label: 'Collapse dir', about: 'fold or open a directory', run: action.fold },
    {
      keys: ['ctrl-a'],
      label: 'Added',
      about: 'show what was added',
      on: shows('added'),
      run: (state) => action.hide(state, ['added']),
    },
    {
      keys: ['ctrl-r'],
      label: 'Removed',
      about: 'show what was removed',
      on: shows('removed'),
      run: (state) => action.hide(state, ['removed']),
    },
    {
      keys: ['ctrl-m'],
      label: 'Modified',
      about: 'show what was modified',
      on: shows('modified'),
      run: (state) => action.hide(state, ['modified', 'attributesOnly']),
    },
    {
      keys: ['a'],
      label: 'Attributes only',
      about: 'show what changed in mode, owner or time alone',
      on: shows('attributesOnly'),
      run: (state) => action.hide(state, ['attributesOnly']),
    },
    {
      keys: ['ctrl-u'],
      label: 'Unmodified',
      about: 'show what stayed as it was',
      on: shows('unmodified'),
      run: (state) => action.hide(state, ['unmodified']),
    },
    {
      keys: ['v', 'o'],
      label: 'View',
      about: "view a file's content",
      run: (state) => action.view(state, 'text'),
    },
    {
      keys: ['c'],
      label: 'Difference',
      about: "view a file's difference from the layer below",
      run: (state) => action.view(state, 'difference'),
    },
    {
      keys: ['ctrl-o', 's'],
      label: 'Toggle sort order',
      about: 'order by name or by size',
      run: action.order,
    },
    {
      keys: ['ctrl-e'],
      label: 'Extract File',
      about: 'write the file or directory to a place you name',
      run: (state) => action.extract(state),
    },
    {
      keys: ['ctrl-space'],
      label: 'Collapse all dir',
      about: 'fold or open all directories',
      run: action.foldAll,
    },
    {
      keys: ['ctrl-b'],
      label: 'Attributes',
      about: 'show permission, owner and size',
      on: ({ tree }) => tree.attributes,
      run: action.attributes,
    },
    {
      keys: ['ctrl-p'],
      label: 'Wrap',
      about: 'wrap long rows',
      on: ({ tree }) => tree.wrap,
      run: action.wrap,
    },
    { keys: ['right', 'l'], about: 'open a directory, go into it', run: action.goIn },
    { keys: ['left', 'h'], about: 'to the directory above', run: action.goOut },
  ],
  waste: [
    {
      keys: ['enter'],
      label: 'Go to file',
      about: 'to the file, in the layer that brought it',
      run: (state) => action.wasteToTree(state, 'broughtBy'),
    },
    {
      keys: ['x'],
      label: 'Where it is hidden',
      about: 'to the file, in the layer that hides it',
      run: (state) => action.wasteToTree(state, 'hiddenBy'),
    },
    {
      keys: ['f'],
      label: 'Dockerfile line',
      about: 'to the line of the Dockerfile that brought it',
      run: (state) => action.wasteToLine(state, 'broughtBy'),
    },
    {
      keys: ['F'],
      about: 'to the line of the Dockerfile that hides it',
      run: (state) => action.wasteToLine(state, 'hiddenBy'),
    },
  ],
  secrets: [
    {
      keys: ['enter'],
      label: 'Go to file',
      about: 'to the file, in the layer that brought it; search again where the search was stopped',
      run: (state) => secrets.secretToTree(state, 'brought'),
    },
    {
      keys: ['x'],
      label: 'Where it is hidden',
      about: 'to the file, in the layer that hides it',
      run: (state) => secrets.secretToTree(state, 'hidden'),
    },
    {
      keys: ['f'],
      label: 'Dockerfile line',
      about: 'to the line of the Dockerfile that brought it',
      run: (state) => secrets.secretToLine(state, 'brought'),
    },
    {
      keys: ['F'],
      about: 'to the line of the Dockerfile that hides it',
      run: (state) => secrets.secretToLine(state, 'hidden'),
    },
    { keys: ['esc'], about: 'stop the search while it runs; back', run: secrets.stopSearch },
  ],
  dockerfile: [
    {
      keys: ['enter'],
      label: 'Go to layer',
      about: 'to the layer that the line made',
      run: action.layerOfLine,
    },
  ],
  file: [
    {
      keys: ['v'],
      label: 'Text',
      about: 'as text',
      on: ({ file }) => file?.mode === 'text',
      run: (state) => action.mode(state, 'text'),
    },
    {
      keys: ['x'],
      label: 'Hex',
      about: 'as bytes in hexadecimal',
      on: ({ file }) => file?.mode === 'hex',
      run: (state) => action.mode(state, 'hex'),
    },
    {
      keys: ['c'],
      label: 'Difference',
      about: 'what differs from the layer below',
      on: ({ file }) => file?.mode === 'difference',
      run: (state) => action.mode(state, 'difference'),
    },
    { keys: ['n'], about: 'to the next change', run: (state) => action.nextChange(state, 1) },
    { keys: ['N'], about: 'to the change before', run: (state) => action.nextChange(state, -1) },
    { keys: ['right', 'l'], about: 'scroll right', run: (state) => action.sideways(state, 1) },
    { keys: ['left', 'h'], about: 'scroll left', run: (state) => action.sideways(state, -1) },
    { keys: ['space'], about: 'a page down', run: (state) => movePages(state, 1) },
    {
      keys: ['ctrl-e'],
      label: 'Extract File',
      about: 'write the file to a place you name',
      run: action.extract,
    },
  ],
  help: [],
}

/** Where keys count now, the nearest place first. */
export function placesOf({ screen, pane }: State): readonly Place[] {
  return screen === 'panes' ? [pane, 'panes', 'everywhere'] : [screen, 'everywhere']
}

export function findBinding(state: State, key: string): Binding | undefined {
  // terminals send the same for both
  const names = key === 'enter' ? ['enter', 'ctrl-m'] : [key]
  for (const place of placesOf(state)) {
    const found = state.keymap[place].find(({ keys }) => keys.some((name) => names.includes(name)))
    if (found !== undefined) return found
  }
  return undefined
}

const names: Readonly<Record<string, string>> = { pgup: 'PgUp', pgdn: 'PgDn', 'shift-tab': 'Shift-Tab' }

/** As dive writes keys: `^F`, `Space`, `Tab`. */
export function printKey(key: string): string {
  const name = key.replace(/^ctrl-/, '')
  const control = name !== key
  if (name.length === 1) return control ? `^${name.toUpperCase()}` : name
  return `${control ? '^' : ''}${names[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}`}`
}
