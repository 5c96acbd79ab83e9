// The list beside the onion: top layer first, as the onion is peeled. Each entry is a button that picks the layer everywhere on the page.
import type { StudyLayer, StudyReport } from '../../engine/index.ts'
import { placeText, titleOf } from '../layers.ts'
import { html, type Markup } from '../markup.ts'
import { bytes, count } from '../page/words.ts'
import { onion } from './onion.ts'

export function layersSection({ layers, totals }: StudyReport): Markup {
  const largest = Math.max(1, ...layers.map(({ size }) => size))
  return html`<section id="layers" aria-labelledby="layers-title">
<h2 id="layers-title">The onion</h2>
<div class="peel">
<figure>${onion(layers, totals.shippedBytes)}<figcaption>One ring a layer, by bytes; <span class="swatch swatch-rot"></span> hatched: not to be seen in the end</figcaption></figure>
<ol class="layers${layers.length > 16 ? ' many' : ''}" reversed>${[...layers].reverse().map((layer) => row(layer, largest))}</ol>
</div>
</section>`
}

function row(layer: StudyLayer, largest: number): Markup {
  const { index, size, wastedBytes } = layer
  return html`<li class="l${index}"><button type="button" class="layer" data-layer="${index}" aria-pressed="false">
<span class="chip" aria-hidden="true">${index}</span>
<span class="what"><code>${titleOf(layer)}</code><span class="facts">${facts(layer)}</span></span>
<span class="cost"><b>${bytes(size)}</b>${wastedBytes > 0 && html`<span class="waste">${bytes(wastedBytes)} wasted</span>`}</span>
${costBar({ size, wasted: wastedBytes, largest })}
</button></li>
`
}

function facts(layer: StudyLayer): Markup {
  const parts = [
    layer.place !== undefined && html`<span class="line">${placeText(layer.place)}</span>`,
    layer.base && html`<span class="base">base image</span>`,
    layer.added > 0 && html`<span>+${count(layer.added, 'path')}</span>`,
    layer.changed > 0 && html`<span>~${layer.changed} changed</span>`,
    layer.attributesChanged > 0 && html`<span>±${layer.attributesChanged} attributes</span>`,
    layer.removed > 0 && html`<span>−${layer.removed} removed</span>`,
    layer.compressedSize !== undefined && html`<span>${bytes(layer.compressedSize)} compressed</span>`,
  ]
  return html`${parts}`
}

/** A bar of what a layer or line brings, and in it what is wasted. */
export function costBar({
  size,
  wasted,
  largest,
}: {
  readonly size: number
  readonly wasted: number
  readonly largest: number
}): Markup {
  const width = (part: number): string => ((100 * part) / largest).toFixed(2)
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-all" width="${width(size)}" height="4"/><rect class="bar-waste" width="${width(wasted)}" height="4"/></svg>`
}
