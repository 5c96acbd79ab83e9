// The first screen: what is shipped, what shows, what can go; and dive's score beside the true one.
import type { StudyReport } from '../../engine/index.ts'
import { html, type Markup } from '../markup.ts'
import { bytes, count, percent } from '../page/words.ts'
import { classWords, hiddenClasses } from './classes.ts'

export function headline({ totals, classes, dive, layers }: StudyReport): Markup {
  const { shippedBytes: shipped, visibleBytes: seen, reclaimableBytes: lost } = totals
  return html`<section class="headline" aria-label="The image in numbers">
<dl class="numbers">
<div><dt>Shipped</dt><dd>${bytes(shipped)}<small>in ${count(layers.length, 'layer')}</small></dd></div>
<div><dt>Visible</dt><dd>${bytes(seen)}<small>in ${count(totals.paths, 'path')}</small></dd></div>
<div class="${lost > 0 ? 'lost' : 'clean'}"><dt>Reclaimable</dt><dd>${bytes(lost)}<small>${lost === 0 ? 'nothing is hidden' : `${percent(lost, shipped)} of what is shipped`}</small></dd></div>
<div class="scores"><dt>Efficiency</dt><dd>${score(shipped === 0 ? 1 : seen / shipped)}<small>by dive’s formula ${score(dive.efficiency)}</small></dd></div>
</dl>
${bar(classes, { seen, shipped })}
${diveNote({ shipped, lost, dive })}
</section>`
}

function bar(classes: StudyReport['classes'], { seen, shipped }: { seen: number; shipped: number }): Markup {
  const parts = [
    { name: 'visible', word: 'Visible', size: seen },
    ...hiddenClasses.map((name) => ({ name, word: classWords[name].title, size: classes[name] })),
  ].filter(({ size }) => size > 0)
  let x = 0
  const pieces = parts.map(({ name, size }) => {
    const width = (1000 * size) / shipped
    const piece = html`<rect class="fill-${name}" x="${x.toFixed(2)}" width="${Math.max(0.5, width - 1.5).toFixed(2)}" height="14"/>`
    x += width
    return piece
  })
  return html`<svg class="share" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">${pieces}</svg>
<ul class="legend">${parts.map(
    ({ name, word, size }) =>
      html`<li><span class="swatch swatch-${name}"></span>${word} <b>${bytes(size)}</b></li>`,
  )}${(['duplicate', 'caches'] as const).map(
    (name) =>
      classes[name] > 0 &&
      html`<li class="apart"><span class="swatch swatch-${name}"></span>${classWords[name].title} <b>${bytes(classes[name])}</b> <i>of the visible</i></li>`,
  )}</ul>`
}

/** Why the two scores differ, where they do. */
function diveNote({
  shipped,
  lost,
  dive,
}: {
  shipped: number
  lost: number
  dive: StudyReport['dive']
}): Markup | false {
  const difference = dive.wastedBytes - lost
  if (difference === 0 || Math.abs(difference) < shipped / 200) return false
  return difference < 0
    ? html`<p class="note">By dive’s formula <b>${bytes(dive.wastedBytes)}</b> are wasted, ${bytes(-difference)} too few: it sees paths that occur in several layers, not what goes with a removed directory.</p>`
    : html`<p class="note">By dive’s formula <b>${bytes(dive.wastedBytes)}</b> are wasted, ${bytes(difference)} too many: it adds up every version of a path, also the one that stays.</p>`
}

/** A share with two digits, never rounded up to the whole. */
function score(share: number): string {
  const percents = share * 100
  return share >= 1 ? '100 %' : `${Math.min(99.9, Number(percents.toPrecision(percents < 10 ? 2 : 3)))} %`
}
