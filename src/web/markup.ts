// Markup that cannot be injected into: the tag `html` escapes whatever is put into it unless it was made by `html` itself.
import { visible } from './page/words.ts'

/** A piece of HTML that is safe to send. */
export class Markup {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}

type Piece = string | number | Markup | undefined | false | readonly Piece[]

/** `html\`<p>${name}</p>\``: strings and numbers are escaped, lists joined, `undefined` and `false` left out. Quote attributes. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let text = strings[0]!
  pieces.forEach((piece, i) => {
    text += print(piece) + strings[i + 1]!
  })
  return new Markup(text)
}

/** Text that is markup already and comes from Peel itself, never from an image. */
export function trusted(text: string): Markup {
  return new Markup(text)
}

function print(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (piece instanceof Markup) return piece.toString()
  if (typeof piece === 'object') return piece.map(print).join('')
  return escaped(visible(String(piece)))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/**
 * JSON that may stand in a script element: no `<`, so nothing in it can end the element or open a comment. U+2028 is
 * fine in JSON.
 */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'))
}
