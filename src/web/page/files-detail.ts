// Below the list: what each layer does to the path that was picked.
import { kinds } from '../model.ts'
import { byId, element } from './dom.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import { visible } from './words.ts'

export interface DetailParts {
  readonly paths: Paths
  readonly state: State
  readonly narrator: Narrator
  readonly row: number
}

export function showDetail({ paths, state, narrator, row }: DetailParts): void {
  const lines: Node[] = []
  for (let event = paths.first[row]!; event < paths.first[row + 1]!; event++) {
    if (kinds[paths.kind[event]!] === 'implied') continue
    const layer = paths.layer[event]!
    const button = element(
      'button',
      {
        type: 'button',
        class: `mention l${layer}`,
        'data-layer': layer,
        'aria-pressed': String(state.now.layer === layer),
      },
      `layer ${layer}`,
    )
    lines.push(element('li', {}, button, ` ${narrator.event(event)}`))
  }
  byId('detail', HTMLElement).replaceChildren(
    element('h3', {}, element('bdi', {}, `/${visible(paths.path(row))}`)),
    lines.length === 0 ? 'No layer names this directory itself.' : element('ul', {}, ...lines),
  )
}
