// How the commands that look into images say where an image comes from.
import type { ComparisonSide } from '../engine/index.ts'
import type { Flag } from './flags.ts'

export const sourceAbout =
  'IMAGE is an image of the store, an archive, an image layout, or a name with a prefix such as docker://.'

export const sourceFlags = {
  platform: { kind: 'text', value: 'PLATFORM', about: 'Which image, where the name leads to several' },
  base: {
    kind: 'text',
    value: 'IMAGE',
    about: 'The image this one was built on (default: what the image or its build says)',
  },
} as const satisfies Record<string, Flag>

/** The image with the prefix that `--source` stands for; a prefix of its own wins. */
export function withPrefix(image: string, source: string | undefined): string {
  return source === undefined || /^[a-z-]+:\/\//.test(image) ? image : `${source}://${image}`
}

/** `IMAGE` or `IMAGE@layerN`. */
export function parseSide(text: string): ComparisonSide {
  const [, source, layer] = /^(.*)@layer(\d+)$/.exec(text) ?? []
  return source === undefined ? { source: text } : { source, layer: Number(layer) }
}
