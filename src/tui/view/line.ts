// What a row of the screen says: pieces of text and what each of them means. What that looks like is `terminal/paint.ts` alone:
// nothing above it knows a colour.

/** `added`, `modified`, `removed`: the three changes. `below`, `above`: the two sides of a comparison in the layer list. */
export const tones = [
  'plain',
  'strong',
  'dim',
  'added',
  'modified',
  'removed',
  'below',
  'above',
  'found',
  'bar',
  'barKey',
  'barOn',
  'barOnKey',
] as const

export type Tone = (typeof tones)[number]

export interface Piece {
  readonly text: string
  readonly tone?: Tone
}

/** One row of a pane. `marked`: the cursor is on it. */
export interface Line {
  readonly pieces: readonly Piece[]
  readonly marked?: boolean
}

export function lineOf(text: string, tone: Tone = 'plain'): Line {
  return { pieces: [{ text, tone }] }
}

/** `Label: value`, the label strong. */
export function labelled(label: string, value: string): Line {
  return { pieces: [{ text: `${label} `, tone: 'strong' }, { text: value }] }
}
