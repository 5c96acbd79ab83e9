// The history as the image tells it, top first, with the entries that made no layer.
import type { StudyReport } from '../../engine/index.ts'
import { placeText, titleOf } from '../layers.ts'
import { html, type Markup } from '../markup.ts'
import { bytes } from '../page/words.ts'

export function historySection({ history, layers }: StudyReport): Markup {
  const rows = [...history].reverse().map((entry) => {
    const { layer, place } = entry
    const made = layer === undefined ? undefined : layers[layer]
    return html`<tr class="${made === undefined ? 'empty' : `l${made.index}`}">
<td>${made !== undefined && html`<span class="chip">${made.index}</span>`}</td>
<td><code>${titleOf(made ?? entry)}</code></td>
<td>${place !== undefined && placeText(place)}</td>
<td>${made?.created?.replace('T', ' ').replace(/(\.\d+)?Z$/, '')}</td>
<td class="right">${made === undefined ? '—' : bytes(made.size)}</td>
</tr>
`
  })
  return html`<section id="history" aria-labelledby="history-title">
<h2 id="history-title">History</h2>
<div class="scroll" tabindex="0" role="region" aria-label="History as a table"><table>
<thead><tr><th scope="col">Layer</th><th scope="col">Created by</th><th scope="col">Line</th>
<th scope="col">Created</th><th scope="col" class="right">Size</th></tr></thead>
<tbody>${rows}</tbody></table></div>
</section>`
}
