// The reducer: a state and what happened give the next state and, where something is to be done outside, an effect.
import type { Comparison } from '../../engine/index.ts'
import type { Input } from '../terminal/keys.ts'
import { helpLines } from '../view/help.ts'
import { type Content, fillFile } from './file-screen.ts'
import { findBinding } from './keymap.ts'
import { layOut } from './layout.ts'
import { point } from './mouse.ts'
import { settle } from './move.ts'
import { typeInto } from './prompt.ts'
import type { SecretSearch } from './secret-search.ts'
import { withSearch } from './secrets.ts'
import { openTree, type Pane, type Size, type State, type Update } from './state.ts'

/** What happens to the browser: what a person does, and what came of an effect. */
export type Action =
  | Input
  | { readonly kind: 'resized'; readonly size: Size }
  | { readonly kind: 'content'; readonly content: Content; readonly below: Content | undefined }
  | { readonly kind: 'compared'; readonly comparison: Comparison }
  /** How far the search for secrets is, or what came of it. */
  | { readonly kind: 'secrets'; readonly search: SecretSearch }
  /** Something that was to be done is done, or could not be. */
  | { readonly kind: 'said'; readonly text: string }

export function update(state: State, action: Action): Update {
  switch (action.kind) {
    case 'resized':
      return { state: settle({ ...state, size: action.size }) }
    case 'content': {
      const { file } = state
      return {
        state: file === undefined ? state : { ...state, file: fillFile(file, action.content, action.below) },
      }
    }
    case 'compared': {
      const { tree, before, after } = action.comparison
      // what two images share says nothing about their difference; ctrl-u shows it
      const compared = openTree(tree, { lower: before, upper: after }, new Set(['unmodified']))
      return {
        state: { ...state, comparison: action.comparison, tree: compared, pane: 'tree', notice: undefined },
      }
    }
    case 'secrets':
      return { state: withSearch(state, action.search) }
    case 'said':
      return { state: { ...state, notice: action.text } }
    case 'mouse':
      return state.prompt === undefined ? asUpdate(point(state, action), state.pane) : { state }
    case 'paste':
      return state.prompt === undefined ? { state } : typeInto(state, state.prompt, action)
    case 'key': {
      if (state.prompt !== undefined) return typeInto(state, state.prompt, action)
      const binding = findBinding(state, action.name)
      // what was said has been read by then
      const read = { ...state, notice: undefined }
      return binding === undefined ? { state } : asUpdate(binding.run(read), state.pane)
    }
  }
}

/** What a key or a click gave; a pane that came into view by it is filled. */
function asUpdate(result: State | Update, pane: Pane): Update {
  const { state, effect } = 'state' in result ? result : { state: result, effect: undefined }
  const seen = state.pane === pane ? state : settle(state)
  return { state: seen.screen === 'help' ? withinHelp(seen) : seen, effect }
}

function withinHelp(state: State): State {
  const { width, height } = layOut(state).whole
  const end = Math.max(0, helpLines(state.keymap, width).length - (height - 2))
  return state.help <= end ? state : { ...state, help: end }
}
