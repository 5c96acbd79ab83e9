// The Dockerfile with what each line costs; where its text is not known, the instructions that the image remembers.
import type { StudyLayer, StudyReport } from '../../engine/index.ts'
import { html, type Markup } from '../markup.ts'
import { bytes } from '../page/words.ts'
import { type Line, linesOf } from '../recipe-lines.ts'
import { costBar } from './layers.ts'

export function recipeSection(report: StudyReport): Markup {
  const { dockerfile } = report.image
  const lines = linesOf(report)
  const largest = Math.max(1, ...lines.map((line) => sum(line.layers, 'size')))
  const words =
    dockerfile === undefined
      ? {
          title: 'Instructions',
          lead: 'This image does not tell its Dockerfile; these are the instructions that it remembers.',
        }
      : {
          title: dockerfile.file.replace(/^.*\//, ''),
          lead: 'What each line brings, and how much of that no one sees.',
        }
  return html`<section id="recipe" aria-labelledby="recipe-title">
<h2 id="recipe-title">${words.title}</h2>
<p class="lead">${words.lead}</p>
<div class="recipe" role="list" tabindex="0" aria-label="${words.title} with the cost of each">${lines.map((line) => lineRow(line, largest))}</div>
</section>`
}

function lineRow(line: Line, largest: number): Markup {
  const { number, text, layers } = line
  const last = layers.at(-1)
  const owner =
    last === undefined
      ? html` class="recipe-line"`
      : html` class="recipe-line owned l${last.index}" data-lines="${layers.map(({ index }) => index).join(' ')}"`
  return html`<div role="listitem"${owner}${number !== undefined && html` id="line-${number}"`}><span class="number">${number}</span><code>${highlight(text)}</code><span class="price">${price(line, largest)}</span></div>
`
}

/** What the layers of a line cost, as a button that picks the last of them; nothing on the further lines of an instruction. */
function price({ number, layers, continues }: Line, largest: number): Markup | undefined {
  const last = layers.at(-1)
  if (last === undefined || continues) return undefined
  const size = sum(layers, 'size')
  const wasted = sum(layers, 'wastedBytes')
  const what = number === undefined ? 'Instruction' : `Line ${number}`
  const label = `${what}: ${bytes(size)}, ${bytes(wasted)} wasted. Show layer ${last.index}`
  return html`<button type="button" class="line-cost" data-layer="${last.index}" aria-pressed="false"
  aria-label="${label}"><b>${bytes(size)}</b>${wasted > 0 && html`<span class="waste">−${bytes(wasted)}</span>`}
${costBar({ size, wasted, largest })}</button>`
}

function highlight(text: string): Markup {
  if (/^\s*#/.test(text)) return html`<span class="comment">${text}</span>`
  const word = /^(\s*)([A-Z]{3,})(?=\s)/.exec(text)
  if (word === null) return html`${text === '' ? ' ' : text}`
  return html`${word[1]!}<span class="keyword">${word[2]!}</span>${text.slice(word[0].length)}`
}

function sum(layers: readonly StudyLayer[], field: 'size' | 'wastedBytes'): number {
  return layers.reduce((total, layer) => total + layer[field], 0)
}
