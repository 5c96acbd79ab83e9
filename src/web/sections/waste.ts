// The waste, dearest first: what happened, what it costs, what to do. Items of the same layers and class are told as one.
import type { Study, StudyItem, StudyReport, StudyTree } from '../../engine/index.ts'
import { whereText } from '../layers.ts'
import { html, type Markup } from '../markup.ts'
import { bytes, count, percent } from '../page/words.ts'
import { classWords } from './classes.ts'

/** How many are there to be seen at once; and more than anybody reads, the tree shows them all. */
const fewGroups = 5
const mostGroups = 60
const mostPaths = 100

interface Group {
  readonly first: StudyItem
  readonly items: StudyItem[]
  bytes: number
  files: number
}

export function wasteSection({ report, tree }: Pick<Study, 'report' | 'tree'>): Markup {
  const groups = groupItems(report.items)
  const shown = groups.slice(0, mostGroups)
  const [first, more, rest] = [shown.slice(0, fewGroups), shown.slice(fewGroups), groups.slice(mostGroups)]
  const cards = (some: readonly Group[]): Markup =>
    html`<ol class="cards">${some.map((group) => card(group, { report, tree }))}</ol>`
  const nothing = html`<p class="lead">Nothing: every byte that is shipped shows, once, and none of it is a cache.</p>`
  return html`<section id="waste" aria-labelledby="waste-title">
<h2 id="waste-title">What to do</h2>
${groups.length === 0 ? nothing : cards(first)}
${
  more.length > 0 &&
  html`<details class="more"><summary>${count(more.length, 'more', 'more')}, ${bytes(total(more))} together</summary>
${cards(more)}</details>`
}
${rest.length > 0 && html`<p class="lead">And ${count(rest.length, 'smaller one')} with ${bytes(total(rest))} together.</p>`}
</section>`
}

function groupItems(items: readonly StudyItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const item of items) {
    const key = `${item.class} ${item.broughtBy} ${item.hiddenBy ?? ''} ${item.cache ?? ''}`
    const group = groups.get(key) ?? { first: item, items: [], bytes: 0, files: 0 }
    groups.set(key, group)
    group.items.push(item)
    group.bytes += item.bytes
    group.files += item.files
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes)
}

function card(group: Group, { report, tree }: Pick<Study, 'report' | 'tree'>): Markup {
  const { first, items } = group
  const share = percent(group.bytes, report.totals.shippedBytes)
  return html`<li class="card"><header><span class="badge badge-${first.class}" title="${classWords[first.class].meaning}">${classWords[first.class].title}</span>
<b>${bytes(group.bytes)}</b><span class="of">${share} of the image</span></header>
<p class="happened">${happened(group, report)}</p>
<p class="advice">${first.advice}</p>
${paths(items, tree)}</li>
`
}

function happened({ first, files }: Group, report: StudyReport): Markup {
  const what = count(files, 'file')
  const brought = layerLink(first.broughtBy, { report, opens: true })
  const hidden = first.hiddenBy === undefined ? '' : layerLink(first.hiddenBy, { report })
  const [them, their] = files === 1 ? ['it', 'its'] : ['them', 'their']
  switch (first.class) {
    case 'deleted':
      return html`${brought} brought ${what}, ${hidden} removed ${them}; the image ships ${them} all the same.`
    case 'overwritten':
      return html`${brought} brought ${what}, ${hidden} wrote ${them} anew; the image ships both.`
    case 'metadataOnly':
      return html`${brought} brought ${what}, ${hidden} changed only mode, owner or time; ${their} content is shipped twice.`
    case 'duplicate':
      return html`${brought} brought ${what} with the content of another path.`
    case 'caches':
      return html`${brought} left ${what} of the cache of ${first.cache ?? 'a tool'}.`
  }
}

/** A button that picks a layer, named by the line that made it; `opens` a sentence. */
export function layerLink(
  index: number,
  { report, opens = false }: { readonly report: StudyReport; readonly opens?: boolean },
): Markup {
  const words = whereText(report.layers[index]!)
  return html`<button type="button" class="mention l${index}" data-layer="${index}" aria-pressed="false">${opens ? words[0]!.toUpperCase() + words.slice(1) : words}</button>`
}

function paths(items: readonly StudyItem[], tree: StudyTree): Markup {
  const shown = items.slice(0, mostPaths)
  const list = html`<ul class="paths">${shown.map(
    (item) =>
      html`<li><button type="button" class="path" data-row="${tree.find(item.path)!}"><bdi>${item.path}${item.directory && item.path !== '/' && '/'}</bdi></button><span>${bytes(item.bytes)}</span></li>`,
  )}${items.length > shown.length && html`<li class="more">and ${count(items.length - shown.length, 'other')}</li>`}</ul>`
  return items.length <= 3
    ? list
    : html`<details><summary>${count(items.length, 'place')}, the largest <bdi>${items[0]!.path}</bdi></summary>${list}</details>`
}

function total(groups: readonly Group[]): number {
  return groups.reduce((sum, group) => sum + group.bytes, 0)
}
