// Characters as Go sees them: BuildKit's parser trims and splits by Go's unicode.IsSpace, which differs from JavaScript's `\s` in two
// characters (U+0085 counts, U+FEFF does not).

const spaces = '\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const spacePattern = new RegExp(`[${spaces}]`)

/** Whether one character is white space. */
export function isSpace(character: string): boolean {
  return spacePattern.test(character)
}

/** The first index at or after `from` that is not white space. */
export function skipSpace(text: string, from = 0): number {
  let at = from
  while (at < text.length && isSpace(text[at]!)) at++
  return at
}

/** The index just past the last character that is not white space, not below `from`. */
export function lastInk(text: string, from = 0): number {
  let end = text.length
  while (end > from && isSpace(text[end - 1]!)) end--
  return end
}

export function trim(text: string): string {
  const start = skipSpace(text)
  return text.slice(start, lastInk(text, start))
}

/** Text in double quotes, for messages. */
export function quote(text: string): string {
  return JSON.stringify(text)
}

/** What separates the keyword and plain arguments. It lacks the line feed, which a logical line never holds. */
export const blanks = /[\t\v\f\r ]+/

/** A piece of a logical line and where it was in it. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Splits at blanks; `offset` is added to the positions. Empty text has no words. */
export function splitBlanks(text: string, offset: number): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/[^\t\v\f\r ]+/g))
    words.push({
      text: match[0],
      start: offset + match.index,
      end: offset + match.index + match[0].length,
    })
  return words
}
