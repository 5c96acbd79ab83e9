// The Dockerfile with what each line costs; where its text is not known, the instructions that the image remembers.
import type { StudyLayer, StudyReport } from '../../engine/index.ts'
import { titleOf } from '../layers.ts'
import { html, type Markup } from '../markup.ts'
import { bytes } from '../page/words.ts'
import { type Line, linesOf } from '../recipe-lines.ts'
import { costBar } from './layers.ts'

export function recipeSection(report: StudyReport): Markup {
  const { dockerfile } = report.image
  const known = dockerfile?.text !== undefined
  const lines = known ? linesOf(dockerfile.text, report) : rememberedLines(report)
  const largest = Math.max(1, ...lines.map((line) => sum(line.layers, 'size')))
  return html`<section id="recipe" aria-labelledby="recipe-title">
<h2 id="recipe-title">${known ? dockerfile.file.replace(/^.*\//, '') : 'Instructions'}</h2>
<p class="lead">${known ? 'What each line brings, and how much of that no one sees.' : 'This image does not tell its Dockerfile; these are the instructions that it remembers.'}</p>
<div class="recipe" role="list" tabindex="0" aria-label="${known ? 'Lines' : 'Instructions'} with their cost">${lines.map((line) => lineRow(line, largest))}</div>
</section>`
}

function rememberedLines({ history, layers }: StudyReport): Line[] {
  return history.map(({ createdBy, layer }) => ({
    number: undefined,
    text: titleOf(layer === undefined ? { createdBy } : layers[layer]!),
    layers: layer === undefined ? [] : [layers[layer]!],
    continues: false,
  }))
}

function lineRow({ number, text, layers, continues }: Line, largest: number): Markup {
  const size = sum(layers, 'size')
  const wasted = sum(layers, 'wastedBytes')
  const last = layers.at(-1)
  const cost =
    last !== undefined &&
    !continues &&
    html`<button type="button" class="line-cost" data-layer="${last.index}" aria-pressed="false" aria-label="${number === undefined ? 'Instruction' : `Line ${number}`}: ${bytes(size)}, ${bytes(wasted)} wasted. Show layer ${last.index}"><b>${bytes(size)}</b>${wasted > 0 && html`<span class="waste">−${bytes(wasted)}</span>`}${costBar({ size, wasted, largest })}</button>`
  return html`<div role="listitem" class="recipe-line${last === undefined ? '' : ` l${last.index} owned`}"${last === undefined ? '' : attribute('data-lines', layers.map(({ index }) => index).join(' '))}${number === undefined ? '' : attribute('id', `line-${number}`)}><span class="number">${number ?? ''}</span><code>${highlight(text)}</code><span class="price">${cost}</span></div>
`
}

function attribute(name: 'id' | 'data-lines', value: string): Markup {
  return name === 'id' ? html` id="${value}"` : html` data-lines="${value}"`
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
