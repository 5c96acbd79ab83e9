// The parts of a Dockerfile's text as they stand there: keywords, flags, arguments, variables and comments, each with its place. Reads
// any text, however wrong, so that what is wrong with a Dockerfile can be pointed at; what instructions mean is for `parseDockerfile`.
import type { Place } from '../core/index.ts'
import type { Escape } from './types.ts'

/** A run of text without the continuations in it. */
export interface Part {
  readonly text: string
  readonly place: Place
  /** Where the character `at` of `text` stands. */
  placeAt(at: number): Place
}

export interface VariablePart extends Part {
  readonly name: Part
  /** What stands behind the colon of `${name:-word}`: one character, and the word. */
  readonly modifier?: Part | undefined
  readonly word?: Part | undefined
}

export interface CommentPart {
  /** Without `#` and the blanks around. */
  readonly content: string
  readonly place: Place
  readonly contentPlace?: Place | undefined
}

export interface DirectivePart {
  readonly name: string
  readonly value: string
  readonly place: Place
  readonly namePlace: Place
  readonly valuePlace: Place
}

export interface InstructionPart {
  readonly keyword: Part
  /** From the keyword to the end of the last line that belongs to it. */
  readonly place: Place
  readonly flags: readonly Part[]
  /** Words between blanks; escape characters that stand for nothing are gone. */
  readonly arguments: readonly Part[]
  /** What is written behind keyword and flags, line by line, blank lines left out. */
  readonly lines: readonly Part[]
  readonly variables: readonly VariablePart[]
}

export interface Parts {
  readonly escape: Escape
  readonly directives: readonly DirectivePart[]
  readonly comments: readonly CommentPart[]
  readonly instructions: readonly InstructionPart[]
}

const withFlags = /^(?:from|run|copy|add|healthcheck)$/i
const withProperties = /^(?:arg|env|label)$/i

/** Takes a text apart. Never faults. */
export function readParts(source: string, file = 'Dockerfile'): Parts {
  const locate = locator(source, file)
  const directives: DirectivePart[] = []
  const comments: CommentPart[] = []
  const instructions: InstructionPart[] = []
  let at = 0
  let mark: Escape = '\\'
  for (
    let line = directiveAt(source, at, locate);
    line !== undefined;
    line = directiveAt(source, at, locate)
  ) {
    directives.push(line.directive)
    if (/^escape$/i.test(line.directive.name) && line.directive.value === '`') mark = '`'
    at = line.next
  }
  while (at < source.length) {
    const ch = source[at]!
    if (/\s/.test(ch)) at++
    else if (ch === '#') at = takeComment(at)
    else {
      const read = takeInstruction(at)
      instructions.push(read.instruction)
      at = read.next
    }
  }
  return { escape: mark, directives, comments, instructions }

  function takeComment(start: number): number {
    const end = lineEnd(source, start)
    const text = source.slice(start + 1, end)
    const content = text.trim()
    const from = start + 1 + text.indexOf(content)
    comments.push({
      content,
      place: locate(start, end),
      ...(content !== '' && { contentPlace: locate(from, from + content.length) }),
    })
    return end
  }

  function takeInstruction(start: number): { readonly instruction: InstructionPart; readonly next: number } {
    const marks: number[] = []
    let next = start
    while (next < source.length && !isBreak(source[next]!)) {
      const end = source[next] === mark ? continuationEnd(source, next) : undefined
      if (end === undefined) marks.push(next++)
      else next = skipUnread(end)
    }
    const part = (from: number, to: number, kept = range(from, to)): Part => {
      const own = kept.map((index) => marks[index]!)
      return {
        text: own.map((mark) => source[mark]).join(''),
        placeAt: (at) => locate(own[at]!, own[at]! + 1),
        place: locate(marks[from] ?? next, to > from ? marks[to - 1]! + 1 : (marks[from] ?? next)),
      }
    }
    const chars = marks.map((mark) => source[mark]!)
    const keywordEnd = chars.findIndex(isBlank)
    const keyword = part(0, keywordEnd < 0 ? chars.length : keywordEnd)
    const words = splitWords(chars, keyword.text.length, {
      mark,
      properties: withProperties.test(keyword.text),
    }).map(({ from, to, kept }) => ({ from, word: part(from, to, kept) }))
    const flagCount = withFlags.test(keyword.text)
      ? words.findIndex(({ word }) => !word.text.startsWith('--'))
      : 0
    const flags = flagCount < 0 ? words.length : flagCount
    const instruction = {
      keyword,
      place: locate(start, next),
      flags: words.slice(0, flags).map(({ word }) => word),
      arguments: words.slice(flags).map(({ word }) => word),
      lines: linesOf(chars, words[flags]?.from ?? chars.length, { marks, part, source }),
      variables: variablesOf(chars, keyword.text.length, { mark, part }),
    }
    return { instruction, next }
  }

  /** Passes blank lines and comments between continued lines. */
  function skipUnread(from: number): number {
    for (let line = from; ; ) {
      let ink = line
      while (ink < source.length && isBlank(source[ink]!)) ink++
      if (source[ink] === '#') line = Math.min(source.length, breakEnd(source, takeComment(ink)))
      else if (ink < source.length && isBreak(source[ink]!)) line = breakEnd(source, ink)
      else return line
      if (line >= source.length) return source.length
    }
  }
}

/** The place of a word of the instruction that stands at `place`; the whole place where the instruction has no such word. */
export function placeOfWord(source: string, place: Place, word: string): Place {
  const instruction = readParts(source, place.file).instructions.find(
    (part) => part.place.line === place.line,
  )
  return instruction?.arguments.find(({ text }) => text === word)?.place ?? place
}

interface Word {
  readonly from: number
  readonly to: number
  /** The characters that count. */
  readonly kept: readonly number[]
}

function splitWords(
  chars: readonly string[],
  start: number,
  { mark, properties }: { readonly mark: Escape; readonly properties: boolean },
): Word[] {
  const words: Word[] = []
  let kept: number[] = []
  let quote = ''
  let from = -1
  const end = (to: number): void => {
    if (from >= 0 && kept.length > 0) words.push({ from, to, kept })
    kept = []
    from = -1
  }
  for (let at = start; at < chars.length; at++) {
    const ch = chars[at]!
    if (isBlank(ch) && quote === '') end(at)
    else if (ch === mark && !properties && chars[at + 1] !== '$') {
      // an escape character before a blank, or at the end, stands for nothing
      if (at + 1 >= chars.length || isBlank(chars[at + 1]!)) end(at)
      else if (from < 0) from = at
    } else {
      if (from < 0) from = at
      kept.push(at)
      if (properties && ch === mark && at + 1 < chars.length) kept.push(++at)
      else if (properties && (ch === '"' || ch === "'")) quote = quote === '' ? ch : quote === ch ? '' : quote
    }
  }
  end(chars.length)
  return words
}

interface Cut {
  readonly marks: readonly number[]
  readonly part: (from: number, to: number) => Part
  readonly source: string
}

function linesOf(chars: readonly string[], start: number, { marks, part, source }: Cut): Part[] {
  let last = chars.length
  while (last > start && isBlank(chars[last - 1]!)) last--
  const lines: Part[] = []
  for (let from = start; from < last; ) {
    let to = from + 1
    while (to < last && !/[\r\n]/.test(source.slice(marks[to - 1]!, marks[to]!))) to++
    if (chars.slice(from, to).some((ch) => !isBlank(ch))) lines.push(part(from, to))
    from = to
  }
  return lines
}

function variablesOf(
  chars: readonly string[],
  start: number,
  { mark, part }: { readonly mark: Escape; readonly part: Cut['part'] },
): VariablePart[] {
  const found: VariablePart[] = []
  for (let at = start; at < chars.length; at++) {
    if (chars[at] === mark) at++
    else if (chars[at] === '$') {
      const variable =
        chars[at + 1] === '{' ? bracedVariable(chars, at, part) : plainVariable(chars, at, part)
      if (variable === undefined) continue
      found.push(variable)
      at += variable.text.length - 1
    }
  }
  return found
}

function plainVariable(chars: readonly string[], at: number, part: Cut['part']): VariablePart | undefined {
  let end = at + 1
  while (end < chars.length && /\w/.test(chars[end]!)) end++
  return end === at + 1 ? undefined : { ...part(at, end), name: part(at + 1, end) }
}

function bracedVariable(chars: readonly string[], at: number, part: Cut['part']): VariablePart | undefined {
  let depth = 0
  let close = at + 1
  for (; close < chars.length; close++) {
    if (chars[close] === '{') depth++
    else if (chars[close] === '}' && --depth === 0) break
  }
  if (close >= chars.length) return undefined
  let nameEnd = at + 2
  while (nameEnd < close && chars[nameEnd] !== ':') nameEnd++
  const whole = { ...part(at, close + 1), name: part(at + 2, nameEnd) }
  if (nameEnd === close) return whole
  const modifierEnd = Math.min(close, nameEnd + 2)
  return { ...whole, modifier: part(nameEnd + 1, modifierEnd), word: part(modifierEnd, close) }
}

function directiveAt(source: string, at: number, locate: Locate) {
  const end = lineEnd(source, at)
  const match = /^([ \t]*)(#[ \t]*)(\w+)([ \t]*=)(.*)$/s.exec(source.slice(at, end))
  if (match === null) return undefined
  const [, indent = '', hash = '', name = '', equals = '', rest = ''] = match
  const start = at + indent.length
  const nameStart = start + hash.length
  const valueStart = nameStart + name.length + equals.length
  const value = rest.trim() === '' ? rest : (/^[ \t]*(\S+)/.exec(rest)?.[1] ?? '')
  const valueAt = valueStart + rest.indexOf(value)
  const directive: DirectivePart = {
    name,
    value,
    place: locate(start, end),
    namePlace: locate(nameStart, nameStart + name.length),
    valuePlace: locate(valueAt, valueAt + value.length),
  }
  return { directive, next: breakEnd(source, end) }
}

type Locate = (start: number, end: number) => Place

/** Lines end with a line feed, a carriage return, or both. */
function locator(source: string, file: string): Locate {
  const starts = [0]
  for (const { index, 0: text } of source.matchAll(/\r\n|\n|\r/g)) starts.push(index + text.length)
  const position = (offset: number) => {
    let line = starts.length - 1
    while (starts[line]! > offset) line--
    return [line + 1, offset - starts[line]! + 1] as const
  }
  return (start, end) => {
    const [line, column] = position(start)
    const [endLine, endColumn] = position(end)
    return { file, line, column, endLine, endColumn }
  }
}

/** Behind the line break of an escape character that continues the line; `undefined` where it does not. */
function continuationEnd(source: string, at: number): number | undefined {
  let end = at + 1
  while (end < source.length && isBlank(source[end]!)) end++
  return end < source.length && isBreak(source[end]!) ? breakEnd(source, end) : undefined
}

function lineEnd(source: string, at: number): number {
  let end = at
  while (end < source.length && !isBreak(source[end]!)) end++
  return end
}

function breakEnd(source: string, at: number): number {
  return source.startsWith('\r\n', at) ? at + 2 : Math.min(source.length, at + 1)
}

function isBreak(ch: string): boolean {
  return ch === '\n' || ch === '\r'
}

function isBlank(ch: string): boolean {
  return ch === ' ' || ch === '\t'
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}
