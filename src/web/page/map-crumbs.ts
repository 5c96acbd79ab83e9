// The way from the root to the directory that the treemap shows.
import { byId, element } from './dom.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import { bytes, visible } from './words.ts'

export function showCrumbs(paths: Paths, state: State): void {
  const nav = byId('crumbs', HTMLElement)
  state.watch((now, before) => {
    if (now.place === before?.place) return
    const rows: number[] = []
    for (let row = now.place; row >= 0; row = paths.parent[row]!) rows.unshift(row)
    const items = rows.map((row, i) => {
      const name = row === 0 ? '/' : visible(paths.name(row))
      if (i === rows.length - 1)
        return element('li', { 'aria-current': 'location' }, `${name} · ${bytes(paths.shipped[row]!)}`)
      const button = element('button', { type: 'button' }, row === 0 ? '/' : `${name}`)
      button.addEventListener('click', () => state.set({ place: row }))
      return element('li', {}, button)
    })
    nav.replaceChildren(element('ol', {}, ...items))
  })
}
