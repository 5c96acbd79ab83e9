// The whole page of one image, as one text that needs nothing else. Its policy lets it load nothing and run nothing but its own script.
import { createHash } from 'node:crypto'
import type { Study } from '../engine/index.ts'
import { readAssets } from './assets.ts'
import { layerRules, titleOf } from './layers.ts'
import { html, type Markup, scriptJson, trusted } from './markup.ts'
import type { PageHead } from './model.ts'
import { packPaths } from './pack-paths.ts'
import { visible } from './page/words.ts'
import { browseSections } from './sections/browse.ts'
import { headline } from './sections/headline.ts'
import { historySection } from './sections/history.ts'
import { layersSection } from './sections/layers.ts'
import { mark, masthead, nameOf } from './sections/masthead.ts'
import { recipeSection } from './sections/recipe.ts'
import { type KnownSecrets, secretsSection } from './sections/secrets.ts'
import { wasteSection } from './sections/waste.ts'

export interface PageOptions {
  readonly secrets: KnownSecrets
  /** Where the list of all images is, where there is one. */
  readonly home?: string | undefined
}

/** Prints the page of a study, with what is known of its secrets. */
export function printPage(study: Study, { secrets, home }: PageOptions): string {
  const { report, tree } = study
  const paths = packPaths(study)
  const head: PageHead = {
    layers: report.layers.map((layer) => visible(titleOf(layer))),
    rows: paths.rows,
    events: paths.events,
    bytes: paths.bytes,
  }
  return printDocument({
    title: `${nameOf(report.image)} peeled`,
    layers: report.layers.length,
    body: html`${masthead(report.image, home)}
<main>
${headline(report)}
${layersSection(report)}
<div class="beside">${recipeSection(report)}${wasteSection({ report, tree })}</div>
${secretsSection(study, secrets)}
${browseSections(head.layers, report.totals.shippedBytes)}
${historySection(report)}
</main>
<aside id="picked" class="picked" aria-label="Picked layer" hidden><span id="picked-text"></span><button type="button" id="picked-clear">Show all layers</button></aside>
<script type="application/json" id="head">${scriptJson(head)}</script>
<script type="application/base64" id="paths">${trusted(paths.base64)}</script>`,
  })
}

interface Document {
  readonly title: string
  /** How many layers need a colour. */
  readonly layers: number
  readonly body: Markup
}

/** A document with Peel's style and script, and the policy that allows them and nothing else. */
export function printDocument({ title, layers, body }: Document): string {
  const { script, style } = readAssets()
  const rules = style + layerRules(layers)
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(rules)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(mark.toString())}">
<style>${trusted(rules)}</style>
</head>
<body>
${body}
<script type="module">${trusted(script)}</script>
</body>
</html>
`.toString()
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
