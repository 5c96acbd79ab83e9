// Words with their quotes kept, as ENV, LABEL and ARG have them, and the `--flags` at the front of an instruction.
import { blanks, isSpace, skipSpace, trim, type Word } from './text.ts'
import type { Escape } from './types.ts'

/** Splits at white space outside quotes; quotes and escapes stay in. `offset` is added to the positions. */
export function splitWords(text: string, offset: number, mark: Escape): Word[] {
  const words: Word[] = []
  let at = skipSpace(text)
  while (at < text.length) {
    const start = at
    let word = ''
    let quote: string | undefined
    while (at < text.length && (quote !== undefined || !isSpace(text[at]!))) {
      const ch = text[at++]!
      if (ch === mark && quote !== "'") {
        if (at === text.length) break
        word += ch + text[at++]!
        continue
      }
      word += ch
      if (quote === undefined && (ch === "'" || ch === '"')) quote = ch
      else if (ch === quote) quote = undefined
    }
    if (word !== '') words.push({ text: word, start: offset + start, end: offset + at })
    at = skipSpace(text, at)
  }
  return words
}

/** An instruction's line taken apart: keyword, flags without their quotes, and where the rest begins. */
export interface Parts {
  readonly keyword: Word
  readonly flags: readonly Word[]
  readonly rest: string
  readonly restStart: number
}

/** Takes `text` apart from `offset` on. A word `--` ends the flags and vanishes. */
export function splitInstruction(text: string, offset: number, mark: Escape): Parts {
  const start = skipSpace(text, offset)
  const gap = blanks.exec(text.slice(start))
  const keywordEnd = gap === null ? text.length : start + gap.index
  const keyword = { text: trim(text.slice(start, keywordEnd)), start, end: keywordEnd }
  const flags: Word[] = []
  let at = skipSpace(text, keywordEnd)
  while (text.startsWith('--', at)) {
    const flag = readFlag(text, at, mark)
    at = skipSpace(text, flag.end)
    if (flag.text === '--') break
    flags.push(flag)
  }
  return { keyword, flags, rest: trim(text.slice(at)), restStart: at }
}

function readFlag(text: string, start: number, mark: Escape): Word {
  let at = start
  let flag = ''
  let quote: string | undefined
  while (at < text.length && (quote !== undefined || !isSpace(text[at]!))) {
    const ch = text[at++]!
    if (ch === mark) flag += text[at++] ?? ''
    else if (ch === quote) quote = undefined
    else if (quote === undefined && (ch === "'" || ch === '"')) quote = ch
    else flag += ch
  }
  return { text: flag, start, end: Math.min(at, text.length) }
}
