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
  return html`<section id="map" aria-labelledby="map-title">
<div class="title-row"><h2 id="map-title">Every byte</h2>
<fieldset class="choice" id="map-colour"><legend>Colour</legend><label><input type="radio" name="colour" value="waste" checked>by waste</label><label><input type="radio" name="colour" value="layer">by layer</label></fieldset></div>
${shipped === 0 && html`<p class="lead">No layer ships a byte.</p>`}
<nav class="crumbs" id="crumbs" aria-label="Place in the treemap"></nav>
<div class="treemap" id="treemap"${shipped === 0 && html` hidden`} tabindex="0" role="application" aria-roledescription="treemap" aria-label="Treemap of all bytes that are shipped" aria-describedby="map-help"><canvas id="map-canvas"></canvas><div class="tip" id="map-tip" hidden></div></div>
<p class="help" id="map-help">Click or <kbd>Enter</kbd> goes in, <kbd>Backspace</kbd> out, arrow keys move, <kbd>f</kbd> shows the file in the list.</p>
<p class="status" id="map-status" role="status"></p>
<ul class="legend" id="map-legend">${(['visible', 'deleted', 'overwritten', 'metadataOnly', 'duplicate', 'caches'] as const).map((name) => html`<li><span class="swatch swatch-${name}"></span>${name === 'visible' ? 'Visible' : classWords[name].title}</li>`)}</ul>
<ul class="legend layer-legend" id="map-layers" hidden>${layers.map((title, i) => html`<li class="l${i}"><button type="button" class="chip" data-layer="${i}" aria-pressed="false" title="${title}" aria-label="Layer ${i}: ${title}">${i}</button></li>`)}<li><span class="swatch swatch-rot"></span>hatched: not to be seen in the end</li></ul>
<details class="as-table" id="map-details"><summary>This level as a table</summary><div id="map-table"></div></details>
</section>
<section id="files" aria-labelledby="files-title">
<div class="title-row"><h2 id="files-title">Files</h2>
<fieldset class="choice" id="files-order"><legend>Order</legend><label><input type="radio" name="order" value="size" checked>by size</label><label><input type="radio" name="order" value="name">by name</label></fieldset></div>
<div class="tools"><label class="search"><span class="hidden">Search paths</span><input type="search" id="search" placeholder="Search paths" autocomplete="off" spellcheck="false"></label>
<label class="pick"><span>Show</span><select id="files-show"><option value="all">everything</option><option value="final">the final files</option><option value="wasted">what is wasted</option></select></label>
<span class="status" id="files-status" role="status"></span></div>
<div class="file-head" aria-hidden="true"><span>Name</span><span>Layers</span><span>Wasted</span><span>Size</span></div>
<div class="file-tree" id="tree" role="tree" tabindex="0" aria-label="Files of all layers"><div class="file-rows" id="tree-rows" role="presentation"></div></div>
<p class="help">What a layer does to a path:${marks.map(([act, words]) => html`<svg class="key" viewBox="0 0 1 10" preserveAspectRatio="none" aria-hidden="true"><rect class="mark-${act}" width="1" y="1" height="8"/></svg>${words}`)}</p>
<div class="file-detail" id="detail" aria-live="polite"></div>
</section>`
}
