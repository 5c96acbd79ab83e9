// The onion: one ring a layer, the lowest at the heart. The area of a ring is the layer's share of the bytes (down to a hair that stays
// to be seen), and the hatched part of it is what no one sees in the end.
import type { StudyLayer } from '../../engine/index.ts'
import { html, type Markup } from '../markup.ts'
import { bytes, count, percent } from '../page/words.ts'

const centre = 200
const heart = 58
const skin = 192

export interface Ring {
  readonly inner: number
  readonly outer: number
}

/** The radii of the rings, bottom first: areas as sizes are, none thinner than a hair. */
export function ringsOf(sizes: readonly number[]): Ring[] {
  const hair = Math.min(4, (skin - heart) / (2 * sizes.length))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const area = (skin - heart) * (skin + heart)
  const ideal: number[] = []
  let at = heart
  for (const size of sizes) {
    const next = Math.sqrt(at * at + (total === 0 ? 1 / sizes.length : size / total) * area)
    ideal.push(next - at)
    at = next
  }
  // what hairs take is taken from the thick ones, by how thick they are
  const spare = ideal.map((thickness) => Math.max(0, thickness - hair))
  const spareSum = spare.reduce((sum, thickness) => sum + thickness, 0)
  const room = skin - heart - hair * sizes.length
  let inner = heart
  return spare.map((thickness) => {
    const outer = inner + hair + (spareSum === 0 ? room / sizes.length : (thickness / spareSum) * room)
    const ring = { inner, outer }
    inner = outer
    return ring
  })
}

export function onion(layers: readonly StudyLayer[], shipped: number): Markup {
  const rings = ringsOf(layers.map(({ size }) => size))
  return html`<svg class="onion" viewBox="0 0 400 400" role="img" aria-label="${summary(layers)}">
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="3" height="6"/></pattern>
<radialGradient id="shine" cx=".36" cy=".3" r=".85"><stop class="shine-near" offset="0"/><stop class="shine-far" offset="1"/></radialGradient></defs>
${layers.map((layer) => ring(layer, rings[layer.index]!))}
<circle class="shine" cx="${centre}" cy="${centre}" r="${skin}" fill="url(#shine)"/>
<circle class="heart" cx="${centre}" cy="${centre}" r="${heart - 3}"/>
<text class="heart-size" id="heart-size" x="${centre}" y="${centre}">${bytes(shipped)}</text>
<text class="heart-word" id="heart-word" x="${centre}" y="${centre + 19}">${count(layers.length, 'layer')}</text>
<text class="heart-word heart-waste" id="heart-waste" x="${centre}" y="${centre + 34}"></text>
</svg>`
}

/** The rings alone, for an image that has not been studied. */
export function onionOutline(sizes: readonly number[], colours: number): Markup {
  const rings = ringsOf(sizes)
  return html`<svg class="onion small" viewBox="0 0 400 400" aria-hidden="true">${rings.map(
    (ring, i) =>
      html`<path class="flesh l${Math.min(Math.round((i * (colours - 1)) / Math.max(1, rings.length - 1)), colours - 1)}" d="${arc(ring, 1)}"/>`,
  )}<circle class="heart" cx="${centre}" cy="${centre}" r="${heart - 3}"/></svg>`
}

function summary(layers: readonly StudyLayer[]): string {
  const [largest] = [...layers].sort((a, b) => b.size - a.size)
  if (largest === undefined) return 'An image without layers'
  return `An onion of ${count(layers.length, 'layer')}; the largest is layer ${largest.index} with ${bytes(largest.size)}. The list of layers tells the rest.`
}

function ring(layer: StudyLayer, { inner, outer }: Ring): Markup {
  const wasted = layer.size === 0 ? 0 : layer.wastedBytes / layer.size
  const note = `Layer ${layer.index}: ${bytes(layer.size)}, ${percent(layer.wastedBytes, layer.size)} of it wasted`
  return html`<g class="ring l${layer.index}" data-layer="${layer.index}"><title>${note}</title><path class="flesh" d="${arc({ inner, outer }, 1)}"/>${wasted > 0 && html`<path class="rot" d="${arc({ inner, outer }, wasted)}"/>`}</g>
`
}

/** A ring, or the part of it that goes clockwise from the top by `share` of the turn. */
function arc({ inner, outer }: Ring, share: number): string {
  if (share >= 0.9999) return `${circle(outer, 1)}${circle(inner, 0)}`
  const turn = share * 2 * Math.PI
  const large = share > 0.5 ? 1 : 0
  const at = (radius: number): string =>
    `${round(centre + radius * Math.sin(turn))} ${round(centre - radius * Math.cos(turn))}`
  return `M${centre} ${round(centre - outer)}A${round(outer)} ${round(outer)} 0 ${large} 1 ${at(outer)}L${at(inner)}A${round(inner)} ${round(inner)} 0 ${large} 0 ${centre} ${round(centre - inner)}Z`
}

function circle(radius: number, sweep: 0 | 1): string {
  const r = round(radius)
  return `M${centre} ${round(centre - radius)}A${r} ${r} 0 1 ${sweep} ${centre} ${round(centre + radius)}A${r} ${r} 0 1 ${sweep} ${centre} ${round(centre - radius)}Z`
}

const round = (number: number): number => Math.round(number * 100) / 100
