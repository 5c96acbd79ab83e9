// Variables and quotes in a word, as BuildKit's shell lexer treats them (not quite as a shell does): see expand-modifier.ts for
// `${name…}`. Splitting happens after expansion, and only at white space that came from outside quotes.
import { Fault } from '../core/index.ts'
import { expandBraces } from './expand-modifier.ts'
import { isSpace, quote } from './text.ts'
import type { ExpandOptions, Expansion, Lookup } from './types.ts'

/** Where the lexer is. Names found on the way are noted here. */
export interface Lexer {
  readonly source: string
  at: number
  readonly lookup: Lookup
  readonly options: ExpandOptions
  rawEscapes: boolean
  depth: number
  readonly used: Set<string>
  readonly missing: Set<string>
}

/** Expands variables and removes quotes. Faults with `dockerfile.invalid` on a quote not closed or a bad substitution. */
export function expandWord(word: string, lookup: Lookup, options: ExpandOptions): Expansion {
  const lexer = createLexer(word, lookup, options)
  const text = run(lexer).text
  return { text, used: lexer.used, missing: lexer.missing }
}

/** As `expandWord`, then splits at white space that was not quoted. Empty words vanish. */
export function expandWords(word: string, lookup: Lookup, options: ExpandOptions): string[] {
  return run(createLexer(word, lookup, options)).words
}

function createLexer(source: string, lookup: Lookup, options: ExpandOptions): Lexer {
  const rawEscapes = options.rawEscapes === true
  return { source, at: 0, lookup, options, rawEscapes, depth: 0, used: new Set(), missing: new Set() }
}

function run(lexer: Lexer): { readonly text: string; readonly words: string[] } {
  try {
    return readUntil(lexer, undefined, lexer.rawEscapes)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'dockerfile.invalid') throw thrown
    throw new Fault('dockerfile.invalid', `failed to process ${quote(lexer.source)}: ${thrown.message}`, {
      hint: thrown.details.hint,
    })
  }
}

export function lexError(message: string, hint?: string): Fault {
  return new Fault('dockerfile.invalid', message, { hint })
}

/** Reads to `stop` (and over it) or to the end. */
export function readUntil(
  lexer: Lexer,
  stop: string | undefined,
  rawEscapes: boolean,
): { readonly text: string; readonly words: string[] } {
  const outer = lexer.rawEscapes
  lexer.rawEscapes = rawEscapes
  const { source, options } = lexer
  const words = createWords()
  let text = ''
  while (lexer.at < source.length) {
    const ch = source[lexer.at]!
    if (ch === stop) {
      lexer.at++
      lexer.rawEscapes = outer
      return { text, words: words.end() }
    }
    if (ch === '$') {
      const value = readDollar(lexer)
      text += value
      words.split(value)
    } else if (ch === '<' || ((ch === "'" || ch === '"') && options.plainQuotes !== true)) {
      const value = ch === '<' ? readAngle(lexer) : ch === '"' ? readDouble(lexer) : readSingle(lexer)
      text += value
      words.add(value)
    } else if (ch === options.escape) {
      lexer.at++
      if (lexer.rawEscapes) {
        text += ch
        words.add(ch)
      }
      if (lexer.at >= source.length) break
      const taken = source[lexer.at++]!
      text += taken
      words.add(taken)
    } else {
      lexer.at++
      text += ch
      words.split(ch)
    }
  }
  if (stop !== undefined)
    throw lexError(stop === '}' ? "syntax error: missing '}'" : `syntax error: missing '${stop}' in \${}`)
  lexer.rawEscapes = outer
  return { text, words: words.end() }
}

function createWords() {
  const words: string[] = []
  let word = ''
  const end = () => {
    if (word !== '') words.push(word)
    word = ''
    return words
  }
  return {
    end,
    add: (text: string) => {
      word += text
    },
    split: (text: string) => {
      for (const ch of text) {
        if (isSpace(ch)) end()
        else word += ch
      }
    },
  }
}

/** Everything up to the next single quote, as it is. */
function readSingle(lexer: Lexer): string {
  const end = lexer.source.indexOf("'", lexer.at + 1)
  if (end < 0)
    throw lexError('unexpected end of statement while looking for matching single-quote', "close the quote '")
  const text = lexer.source.slice(lexer.at + 1, end)
  lexer.at = end + 1
  return lexer.options.rawQuotes === true ? `'${text}'` : text
}

/** Everything up to the next double quote; variables count, and the escape character before `"`, `$` and itself. */
function readDouble(lexer: Lexer): string {
  const { source, options } = lexer
  const mark = options.rawQuotes === true ? '"' : ''
  let text = mark
  lexer.at++
  while (lexer.at < source.length) {
    const ch = source[lexer.at]!
    if (ch === '"') {
      lexer.at++
      return text + mark
    }
    if (ch === '$') {
      text += readDollar(lexer)
      continue
    }
    lexer.at++
    if (ch !== options.escape) {
      text += ch
      continue
    }
    if (lexer.rawEscapes) text += ch
    const after = source[lexer.at]
    if (after === undefined) break
    if (after === '"' || after === '$' || after === options.escape) {
      text += after
      lexer.at++
    } else text += ch
  }
  throw lexError('unexpected end of statement while looking for matching double-quote', 'close the quote "')
}

/** `<<` and `<<-` keep the white space behind them, so that they stay one word with the name of a here document. */
function readAngle(lexer: Lexer): string {
  const start = lexer.at++
  if (lexer.source[lexer.at] === '<') {
    lexer.at++
    const gap = /-?[\t\r ]+/y
    gap.lastIndex = lexer.at
    lexer.at += gap.exec(lexer.source)?.[0].length ?? 0
  }
  return lexer.source.slice(start, lexer.at)
}

function readDollar(lexer: Lexer): string {
  lexer.at++
  if (lexer.source[lexer.at] === '{') {
    lexer.at++
    return expandBraces(lexer)
  }
  const name = readName(lexer)
  if (name === '') return '$'
  const value = getVariable(lexer, name)
  return value ?? (lexer.options.keepUnset === true ? `$${name}` : '')
}

/** A name of letters, digits and `_`, or digits alone, or one of the shell's special parameters; may be empty. */
export function readName(lexer: Lexer): string {
  const pattern = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy
  pattern.lastIndex = lexer.at
  const name = pattern.exec(lexer.source)?.[0] ?? ''
  lexer.at += name.length
  return name
}

export function getVariable(lexer: Lexer, name: string): string | undefined {
  const value = lexer.lookup(name)
  if (value === undefined) lexer.missing.add(name)
  else lexer.used.add(name)
  return value
}
