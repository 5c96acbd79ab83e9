// What the next key will probably need, made while nobody presses one: neighbouring layers, and what a search reads. All of it is
// remembered by the engine's tree, so nothing is kept here.
import { type LayerList, type State, spanOf } from './model/state.ts'

type Job = () => void

/** Small jobs, the likeliest first; each takes about as long as a key that had to do without it. */
export function preparations({ pane, prompt, comparison, layers, study, tree }: State): readonly Job[] {
  const { view } = tree
  if (prompt?.purpose === 'search') return [() => void view.search({ text: '\0' })]
  if (prompt?.purpose === 'filter') return [() => void view.search({ text: '\\0', as: 'regex' })]
  if (pane !== 'layers' || comparison !== undefined) return []
  const at = (cursor: number): LayerList => ({ ...layers, at: { ...layers.at, cursor } })
  const others: readonly LayerList[] = [
    at(layers.at.cursor + 1),
    at(layers.at.cursor - 1),
    { ...layers, changes: layers.changes === 'aggregated' ? 'layer' : 'aggregated' },
  ]
  return others
    .filter(({ at: { cursor } }) => cursor >= 0 && cursor < study.tree.height)
    .map((list) => () => void study.tree.view(spanOf(list)))
}
