// The list of files and what chooses its rows: words, layers, what is wasted.
import { byId, choice } from './dom.ts'
import { showDetail } from './files-detail.ts'
import { createFileList } from './files-list.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import { choose } from './rows.ts'
import { createFinder } from './search.ts'
import type { State } from './state.ts'
import { bytes, count } from './words.ts'

export interface FileParts {
  readonly paths: Paths
  readonly layers: number
  readonly state: State
  readonly narrator: Narrator
}

export interface Files {
  /** Opens what is above a path, goes to it and shows its details. */
  reveal(row: number): void
}

/** Milliseconds without a further key before a search begins. */
const typingPause = 60

export function startFiles({ paths, layers, state, narrator }: FileParts): Files {
  const status = byId('files-status', HTMLElement)
  const search = byId('search', HTMLInputElement)
  const show = byId('files-show', HTMLSelectElement)
  const tree = byId('tree', HTMLElement)
  const finder = createFinder(paths)
  const picked = (row: number): void => showDetail({ paths, state, narrator, row })
  const files = createFileList({ paths, layers, state, narrator, picked })

  let waiting: ReturnType<typeof setTimeout> | undefined
  search.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => state.set({ query: search.value }), typingPause)
  })
  search.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowDown' || key === 'Enter') tree.focus()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    search.focus()
  })
  show.addEventListener('change', () =>
    state.set({ show: show.value === 'final' || show.value === 'wasted' ? show.value : 'all' }),
  )
  choice('order', (value) => state.set({ order: value === 'name' ? 'name' : 'size' }))

  let keep: Uint8Array
  state.watch((now, before) => {
    const same = now.layer === before?.layer && now.show === before?.show && now.query === before?.query
    if (before !== undefined && same) {
      if (now.order !== before.order) files.reorder()
      return
    }
    const chosen = choose(paths, now, finder.find(now.query))
    keep = chosen.keep
    const searched = now.query.trim() !== ''
    status.textContent = [
      searched ? count(chosen.matches, 'match', 'matches') : count(chosen.matches, 'path'),
      bytes(chosen.size[0]!),
      ...(now.layer === undefined ? [] : [`in layer ${now.layer}`]),
    ].join(' · ')
    files.show(chosen)
  })
  return {
    reveal(row) {
      if (keep[row] !== 1 || state.now.query !== '') {
        search.value = ''
        show.value = 'all'
        state.set({ query: '', show: 'all', layer: undefined })
      }
      byId('files', HTMLElement).scrollIntoView({ block: 'start' })
      tree.focus({ preventScroll: true })
      files.goTo(row)
      picked(row)
    },
  }
}
