// The first page of the server: all images of the store, each with its onion.
import type { Engine, ImageRow } from '../engine/index.ts'
import { html, type Markup } from './markup.ts'
import { bytes, count } from './page/words.ts'
import { printDocument } from './page.ts'
import { mark, themeButton } from './sections/masthead.ts'
import { onionOutline } from './sections/onion.ts'

/** Layers that have a colour of their own here; more are drawn in the last one. */
const colours = 12

export function printGallery(engine: Engine): string {
  const images = byId(engine.images({ all: true }))
  return printDocument({
    title: 'Peel: all images',
    layers: colours,
    body: html`<header class="masthead">${mark}<div><h1>Images</h1><p><code>${engine.root}</code></p></div>${themeButton()}</header>
<main>${
      images.length === 0
        ? html`<section><p class="lead">There are no images here. <code>peel load</code> and <code>peel build</code> bring some.</p></section>`
        : html`<ul class="gallery">${images.map((rows) => card(rows, engine))}</ul>`
    }</main>`,
  })
}

/** The rows of each image together: one for each of its names. */
function byId(rows: readonly ImageRow[]): readonly (readonly ImageRow[])[] {
  const images = new Map<string, ImageRow[]>()
  for (const row of rows) images.set(row.id, [...(images.get(row.id) ?? []), row])
  return [...images.values()]
}

function card(rows: readonly ImageRow[], engine: Engine): Markup {
  const [image] = rows
  const { id, size, created, platform } = image!
  const names = rows.flatMap(({ repository, tag }) =>
    repository === undefined ? [] : [tag === undefined ? repository : `${repository}:${tag}`],
  )
  const sizes = engine
    .history(id)
    .filter(({ empty }) => !empty)
    .map((row) => row.size)
    .reverse()
  const shortId = id.replace(/^sha256:/, '').slice(0, 12)
  return html`<li><a href="/image/${id.replace(/^sha256:/, '')}">
${onionOutline(sizes, colours)}
<span class="image-name"><bdi>${names[0] ?? shortId}</bdi></span>
${names.slice(1).map((name) => html`<span class="image-alias"><bdi>${name}</bdi></span>`)}
<span class="image-size">${bytes(size)}</span>
<span class="image-facts">${count(sizes.length, 'layer')} · <span class="whole">${platform}</span></span>
<span class="image-facts"><code>${shortId}</code>${created !== undefined && html` · <span class="whole">${created.slice(0, 10)}</span>`}</span>
</a></li>
`
}
