// The secrets, worst first: what was found where, which line brought it, whether it is still to be seen, what to do; never the value.
import type { SecretFinding, SecretSeverity, SecretsReport, Study } from '../../engine/index.ts'
import { placeText } from '../layers.ts'
import { html, type Markup } from '../markup.ts'
import { count } from '../page/words.ts'
import { layerLink } from './waste.ts'

/** How many are there to be seen at once; and more than anybody reads. */
const fewFindings = 6
const mostFindings = 200

/** What is known of the secrets of an image: what a search found; or that none was made, with the address that makes it if there is one. */
export type KnownSecrets = SecretsReport | { readonly search: string | undefined }

const severities: Readonly<Record<SecretSeverity, { readonly title: string; readonly meaning: string }>> = {
  high: { title: 'High', meaning: 'gives access by itself' },
  medium: { title: 'Medium', meaning: 'needs more to give access, or ends by itself' },
  low: { title: 'Low', meaning: 'stands in documentation, examples or tests: mostly made up' },
}

export function secretsSection(study: Pick<Study, 'report' | 'tree'>, secrets: KnownSecrets): Markup {
  return html`<section id="secrets" aria-labelledby="secrets-title">
<h2 id="secrets-title">Secrets</h2>
${'search' in secrets ? unsearched(secrets.search) : found(study, secrets)}
</section>`
}

function unsearched(address: string | undefined): Markup {
  return address === undefined
    ? html`<p class="lead">They were not looked for.</p>`
    : html`<p class="lead">They were not looked for yet. <a href="${address}">Look for them now</a>: a large image takes a while the first time.</p>`
}

function found(study: Pick<Study, 'report' | 'tree'>, { findings, allowed, scanned }: SecretsReport): Markup {
  const accepted =
    allowed.length > 0 &&
    html` ${count(allowed.length, 'secret is', 'secrets are')} accepted by the allow list.`
  const searched = html`${count(scanned.contents, 'file content')} of all layers, the configuration and the history`
  if (findings.length === 0) return html`<p class="lead">None were found in ${searched}.${accepted}</p>`
  const hidden = findings.filter(({ spot }) => spot.in === 'file' && !spot.visible).length
  const grave = findings.filter(({ severity }) => severity !== 'low')
  const groups = [
    grave.slice(0, fewFindings),
    grave.slice(fewFindings),
    findings.slice(grave.length),
  ] as const
  const cards = (some: readonly SecretFinding[]): Markup =>
    html`<ol class="cards">${some.slice(0, mostFindings).map((finding) => card(finding, study))}</ol>
${some.length > mostFindings && html`<p class="lead">And ${count(some.length - mostFindings, 'other')}: peel secrets tells them all.</p>`}`
  const folded = (some: readonly SecretFinding[], words: string): Markup | false =>
    some.length > 0 &&
    html`<details class="more"><summary>${words}</summary>
${cards(some)}</details>`
  return html`<p class="lead">${findings.length} found in ${searched}${
    hidden > 0 &&
    html`; ${hidden} of them removed by a later layer and still to be read by all who have the image`
  }. The values are not on this page.${accepted}</p>
${groups[0].length > 0 && cards(groups[0])}
${folded(groups[1], count(groups[1].length, 'more', 'more'))}
${folded(groups[2], `${groups[2].length} in documentation, examples and tests`)}`
}

function card(finding: SecretFinding, { report, tree }: Pick<Study, 'report' | 'tree'>): Markup {
  const { severity, what, spot, where, masked, advice, id, rule } = finding
  const { title, meaning } = severities[severity]
  const row = spot.in === 'file' ? tree.find(spot.path) : undefined
  const place =
    row === undefined
      ? html`<code>${where}</code>`
      : html`<button type="button" class="path" data-row="${row}"><bdi>${where}</bdi></button>`
  return html`<li class="card"><header><span class="badge badge-${severity}" title="${meaning}">${title}</span>
<b>${what}</b><span class="of">${spot.in !== 'file' ? 'in the configuration' : spot.visible ? 'visible' : 'removed later, still shipped'}</span></header>
<p class="happened">${happened(finding, report)}</p>
<p class="found-at">${place} <code>${masked}</code></p>
<p class="advice">${advice}</p>
<p class="of">finding <code>${id}</code>, <code>rule:${rule}</code></p></li>
`
}

function happened({ spot, place, base }: SecretFinding, report: Study['report']): Markup {
  if (spot.in !== 'file')
    return html`${place === undefined ? 'The configuration' : html`<a href="#line-${place.line}">${placeText(place)}</a>`} says it, and with it everybody who has the image can read it.`
  const brought = html`${layerLink(spot.layer, { report, opens: true })} brought it (layer ${spot.layer}${base && ', of the base image'})`
  return spot.hiddenBy === undefined
    ? html`${brought}; it is there in the image.`
    : html`${brought}, ${layerLink(spot.hiddenBy, { report })} removed or replaced it (layer ${spot.hiddenBy}); the image ships it all the same.`
}
