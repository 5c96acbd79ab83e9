// How the page calls layers: by a number from 0 at the bottom, as the rest of Peel does, their instruction, and a colour that goes from the heart of an onion
// to its skin.
import type { LinePlace, StudyLayer } from '../engine/index.ts'

/** What made a layer, as its writer would know it, on one line: without the shell that docker puts before commands. */
export function titleOf({ createdBy, comment = '' }: Pick<StudyLayer, 'createdBy' | 'comment'>): string {
  const text = (createdBy || comment)
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^(RUN )?(?:\|\d+ .*?)?\/bin\/sh -c /, 'RUN ')
    .replace(/\s+# buildkit$/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return text === '' ? 'unnamed layer' : text
}

export function placeText(place: LinePlace): string {
  return `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}`
}

/** `line 3`, or `layer 2` where no line is known. */
export function whereText(layer: StudyLayer): string {
  return layer.place === undefined ? `layer ${layer.index}` : `line ${layer.place.line}`
}

/** Rules that give `.l0`, `.l1`, … their colour in `--c`, for light and dark. */
export function layerRules(count: number): string {
  const rules: string[] = []
  for (let i = 0; i < count; i++) {
    const along = count === 1 ? 0 : i / (count - 1)
    const hue = Math.round((78 - 200 * along + 360) % 360)
    // neighbours of many layers differ in lightness as well
    const shift = count > 6 && i % 2 === 1 ? 0.06 : 0
    const light = (0.7 - 0.08 * along - shift).toFixed(3)
    const dark = (0.76 - 0.06 * along - shift).toFixed(3)
    rules.push(`.l${i}{--c:light-dark(oklch(${light} .15 ${hue}),oklch(${dark} .14 ${hue}))}`)
  }
  return rules.join('')
}
