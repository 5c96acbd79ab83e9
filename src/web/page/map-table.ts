// What the treemap shows, as a table: for screen readers, for keyboards, and for whoever likes numbers better.
import { byId, element } from './dom.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import { bytes, count, percent, visible } from './words.ts'

const mostRows = 200

export interface TableParts {
  readonly paths: Paths
  readonly state: State
  readonly narrator: Narrator
  readonly enter: (row: number) => void
}

export function showTable({ paths, state, narrator, enter }: TableParts): void {
  const details = byId('map-details', HTMLDetailsElement)
  const place = byId('map-table', HTMLElement)
  const show = (): void => {
    if (!details.open) return
    const here = state.now.place
    const children = paths.children(here).sort((a, b) => paths.shipped[b]! - paths.shipped[a]!)
    const rows = children.slice(0, mostRows).map((row) => {
      const name = element(
        'button',
        { type: 'button', class: 'path' },
        visible(paths.name(row)) + (paths.end[row]! > row + 1 ? '/' : ''),
      )
      name.addEventListener('click', () => enter(row))
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', { class: 'right' }, bytes(paths.shipped[row]!)),
        element('td', { class: 'right' }, percent(paths.shipped[row]!, paths.shipped[here]!)),
        element('td', { class: 'right' }, paths.wasted[row] === 0 ? '—' : bytes(paths.wasted[row]!)),
        element('td', {}, narrator.layersOf(row)),
      )
    })
    const titles = ['Path', 'Shipped', 'Share', 'Wasted', 'Layers'].map((title, i) =>
      element('th', { scope: 'col', class: i > 0 && i < 4 ? 'right' : undefined }, title),
    )
    const left = children.length - rows.length
    place.replaceChildren(
      element(
        'table',
        {},
        element('caption', {}, `/${visible(paths.path(here))}, largest first`),
        element('thead', {}, element('tr', {}, ...titles)),
        element('tbody', {}, ...rows),
      ),
      left > 0 ? `and ${count(left, 'smaller one')}` : '',
    )
  }
  details.addEventListener('toggle', show)
  state.watch((now, before) => {
    if (now.place !== before?.place) show()
  })
}
