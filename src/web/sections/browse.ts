// Where the page's script draws: the treemap with its table, and the tree of all files.
import { html, type Markup } from '../markup.ts'
import { classWords } from './classes.ts'

const marks = [
  ['added', 'adds it'],
  ['modified', 'changes it'],
  ['attributesOnly', 'changes its attributes'],
  ['removed', 'removes it'],
] as const

/** `layers` are the titles of the layers, `shipped` the bytes of them all. */
export function browseSections(layers: readonly string[], shipped: number): Markup {
  return html`${mapSection(layers, shipped)}
${filesSection()}`
}

function mapSection(layers: readonly string[], shipped: number): Markup {
  return html`<section id="map" aria-labelledby="map-title">
<div class="title-row"><h2 id="map-title">Every byte</h2>
${choice('colour', 'Colour', { waste: 'by waste', layer: 'by layer' })}</div>
${shipped === 0 && html`<p class="lead">No layer ships a byte.</p>`}
<nav class="crumbs" id="crumbs" aria-label="Place in the treemap"></nav>
<div class="treemap" id="treemap"${shipped === 0 && html` hidden`} tabindex="0"
  role="application" aria-roledescription="treemap" aria-label="Treemap of all bytes that are shipped"
  aria-describedby="map-help"><canvas id="map-canvas"></canvas><div class="tip" id="map-tip" hidden></div></div>
<p class="help" id="map-help">Click or <kbd>Enter</kbd> goes in, <kbd>Backspace</kbd> out, arrow keys move,
  <kbd>f</kbd> shows the file in the list.</p>
<p class="status" id="map-status" role="status"></p>
${wasteLegend()}
${layerLegend(layers)}
<details class="as-table" id="map-details"><summary>This level as a table</summary><div id="map-table"></div></details>
</section>`
}

function wasteLegend(): Markup {
  const names = ['visible', 'deleted', 'overwritten', 'metadataOnly', 'duplicate', 'caches'] as const
  const items = names.map((name) => {
    const title = name === 'visible' ? 'Visible' : classWords[name].title
    return html`<li><span class="swatch swatch-${name}"></span>${title}</li>`
  })
  return html`<ul class="legend" id="map-legend">${items}</ul>`
}

function layerLegend(layers: readonly string[]): Markup {
  const items = layers.map(
    (title, i) =>
      html`<li class="l${i}"><button type="button" class="chip" data-layer="${i}" aria-pressed="false"
  title="${title}" aria-label="Layer ${i}: ${title}">${i}</button></li>`,
  )
  return html`<ul class="legend layer-legend" id="map-layers" hidden>${items}
<li><span class="swatch swatch-rot"></span>hatched: not to be seen in the end</li></ul>`
}

function filesSection(): Markup {
  return html`<section id="files" aria-labelledby="files-title">
<div class="title-row"><h2 id="files-title">Files</h2>
${choice('order', 'Order', { size: 'by size', name: 'by name' })}</div>
<div class="tools">
<label class="search"><span class="hidden">Search paths</span>
<input type="search" id="search" placeholder="Search paths" autocomplete="off" spellcheck="false"></label>
<label class="pick"><span>Show</span><select id="files-show">
<option value="all">everything</option>
<option value="final">the final files</option>
<option value="wasted">what is wasted</option>
</select></label>
<span class="status" id="files-status" role="status"></span>
</div>
<div class="file-head" aria-hidden="true"><span>Name</span><span>Layers</span><span>Wasted</span><span>Size</span></div>
<div class="file-tree" id="tree" role="tree" tabindex="0" aria-label="Files of all layers"><div
  class="file-rows" id="tree-rows" role="presentation"></div></div>
<p class="help">What a layer does to a path:${marks.map(markKey)}</p>
<div class="file-detail" id="detail" aria-live="polite"></div>
</section>`
}

function markKey([act, words]: (typeof marks)[number]): Markup {
  return html`<svg class="key" viewBox="0 0 1 10" preserveAspectRatio="none" aria-hidden="true"><rect
  class="mark-${act}" width="1" y="1" height="8"/></svg>${words}`
}

/** Radio buttons of which the first is chosen. */
function choice(name: string, legend: string, values: Readonly<Record<string, string>>): Markup {
  const buttons = Object.entries(values).map(
    ([value, words], i) =>
      html`<label><input type="radio" name="${name}" value="${value}"${i === 0 && html` checked`}>${words}</label>`,
  )
  return html`<fieldset class="choice"><legend>${legend}</legend>${buttons}</fieldset>`
}
