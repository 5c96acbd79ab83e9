// The line at the bottom that is typed into: filter, search, where to extract to, what to compare with. Filter and search show what
// they give with every key.
import type { Input } from '../terminal/keys.ts'
import { bodyOf, layOut } from './layout.ts'
import type { Prompt, State, Update } from './state.ts'
import { current, goToFind, setFilter } from './tree.ts'

export function openPrompt(state: State, purpose: Prompt['purpose']): State {
  const texts: Readonly<Record<Prompt['purpose'], string>> = {
    filter: state.tree.filter,
    search: '',
    extract: '.',
    compare: '',
  }
  const text = texts[purpose]
  const pane = purpose === 'filter' || purpose === 'search' ? 'tree' : state.pane
  const prompt: Prompt = { purpose, text, cursor: [...text].length, before: state.tree }
  return { ...state, pane, prompt }
}

/** What a key does to the line that is typed into. */
export function typeInto(state: State, prompt: Prompt, input: Input): Update {
  if (input.kind === 'mouse') return { state }
  if (input.kind === 'paste')
    return { state: edited(state, insert(prompt, input.text.replace(/[\r\n].*/s, ''))) }
  switch (input.name) {
    case 'esc':
    case 'ctrl-c':
      return { state: cancelled(state, prompt) }
    case 'ctrl-f':
    case 'ctrl-/':
      return { state: prompt.purpose === 'filter' ? cancelled(state, prompt) : state }
    case 'enter':
    case 'tab':
      return accepted(state, prompt)
    default:
      return { state: edited(state, edit(prompt, input.name)) }
  }
}

function edit(prompt: Prompt, key: string): Prompt {
  const characters = [...prompt.text]
  const { cursor } = prompt
  const cut = (from: number, to: number): Prompt => ({
    ...prompt,
    text: [...characters.slice(0, from), ...characters.slice(to)].join(''),
    cursor: from,
  })
  switch (key) {
    case 'left':
      return { ...prompt, cursor: Math.max(0, cursor - 1) }
    case 'right':
      return { ...prompt, cursor: Math.min(characters.length, cursor + 1) }
    case 'home':
    case 'ctrl-a':
      return { ...prompt, cursor: 0 }
    case 'end':
    case 'ctrl-e':
      return { ...prompt, cursor: characters.length }
    case 'backspace':
      return cursor === 0 ? prompt : cut(cursor - 1, cursor)
    case 'delete':
      return cut(cursor, cursor + 1)
    case 'ctrl-u':
      return cut(0, cursor)
    case 'ctrl-w': {
      const word = /\S*\s*$/.exec(characters.slice(0, cursor).join(''))![0]
      return cut(cursor - [...word].length, cursor)
    }
    case 'space':
      return insert(prompt, ' ')
    default:
      return [...key].length === 1 ? insert(prompt, key) : prompt
  }
}

function insert(prompt: Prompt, text: string): Prompt {
  const characters = [...prompt.text]
  characters.splice(prompt.cursor, 0, ...text)
  return { ...prompt, text: characters.join(''), cursor: prompt.cursor + [...text].length }
}

function edited(state: State, prompt: Prompt): State {
  if (prompt.text === state.prompt?.text) return { ...state, prompt }
  const height = bodyOf('tree', layOut(state).panes.tree)?.height ?? 1
  if (prompt.purpose === 'filter')
    return { ...state, prompt, tree: setFilter(state.tree, prompt.text, height) }
  if (prompt.purpose === 'search') {
    const from = {
      ...state.tree,
      search: prompt.text,
      collapsed: prompt.before.collapsed,
      at: prompt.before.at,
      outline: prompt.before.outline,
    }
    return { ...state, prompt, tree: goToFind(from, prompt.text, 0, height) }
  }
  return { ...state, prompt }
}

/** Escape takes a filter away and brings the cursor back to where a search began. */
function cancelled(state: State, { purpose, before }: Prompt): State {
  const height = bodyOf('tree', layOut(state).panes.tree)?.height ?? 1
  const closed = { ...state, prompt: undefined }
  if (purpose === 'filter') return { ...closed, tree: setFilter(state.tree, '', height) }
  return purpose === 'search' ? { ...closed, tree: { ...before, finds: undefined } } : closed
}

function accepted(state: State, { purpose, text }: Prompt): Update {
  const closed = { ...state, prompt: undefined }
  if (purpose === 'search' && text !== '' && state.tree.finds?.ids.length === 0)
    return { state: { ...closed, notice: `nothing here matches "${text}"` } }
  if (purpose === 'extract') {
    const id = current(state.tree)
    if (id === undefined || text.trim() === '') return { state: closed }
    const effect = { kind: 'extract', id, height: heightOf(state, id), directory: text.trim() } as const
    return { state: { ...closed, notice: 'extracting …' }, effect }
  }
  if (purpose === 'compare' && text.trim() !== '')
    return {
      state: { ...closed, notice: `comparing with ${text.trim()} …` },
      effect: { kind: 'compare', other: text.trim() },
    }
  return { state: closed }
}

/** The height at which a node is there: what a comparison shows as removed is there in the lower state. */
function heightOf({ tree }: State, id: number): number {
  return tree.view.mark(id) === 'removed' ? tree.view.span.lower : tree.view.span.upper
}
