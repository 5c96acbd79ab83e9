// From text to logical lines: comments taken out, continuations joined, here documents read. Each logical line remembers where its
// characters came from, so that any part of it has a place. Joining keeps the leading white space of a continuation, as BuildKit does.
import { Fault, type Place } from '../core/index.ts'
import { parseDirective } from './directives.ts'
import { heredocWords } from './heredoc.ts'
import { lastInk, skipSpace, trim } from './text.ts'
import type { Escape, Heredoc } from './types.ts'

/** bufio.MaxScanTokenSize of Go: the longest physical line that docker's parser takes, in bytes. */
const longestLine = 65535

export interface LogicalLine {
  readonly text: string
  readonly comments: readonly string[]
  readonly heredocs: readonly Heredoc[]
  /** The place of the characters `start` to `end` of `text`. */
  place(start: number, end: number): Place
  /** From the first character to the last, here documents included. */
  readonly whole: Place
}

export interface Lines {
  readonly lines: readonly LogicalLine[]
  readonly escape: Escape
  /** Logical lines that have blank ones between their continued lines, each with the place of its last physical line. */
  readonly emptyContinuations: readonly { readonly text: string; readonly place: Place }[]
}

/** A physical line without its line feed and carriage returns; `raw` has them. */
interface Physical {
  readonly number: number
  readonly text: string
  readonly raw: string
}

/** A run of a logical line that lies on one physical line. */
interface Piece {
  readonly at: number
  readonly line: number
  readonly column: number
}

interface Reader extends ReadOptions {
  readonly source: string
  readonly physical: readonly Physical[]
  /** The index of the next physical line. */
  at: number
  escape: Escape
}

interface ReadOptions {
  readonly file: string
  /** Whether the instruction on a logical line can have here documents. */
  readonly heredocsAllowed: (line: string, mark: Escape) => boolean
}

/** Cuts a Dockerfile into logical lines. Faults with `dockerfile.invalid`. */
export function readLines(source: string, options: ReadOptions): Lines {
  const physical = physicalLines(source, options.file)
  const reader: Reader = { ...options, source, physical, at: 0, escape: '\\' }
  readTop(reader)
  const lines: LogicalLine[] = []
  const emptyContinuations: { text: string; place: Place }[] = []
  let comments: string[] = []
  for (let line = physical[reader.at]; line !== undefined; line = physical[reader.at]) {
    const indent = skipSpace(line.text)
    if (line.text[indent] === '#') {
      const comment = trim(line.text.slice(indent + 1))
      if (comment === '') comments = []
      else comments.push(comment)
      reader.at++
    } else if (indent === line.text.length) reader.at++
    else {
      const joined = joinContinued(reader)
      if (joined.hasEmpty)
        emptyContinuations.push({ text: joined.text, place: placeOf(physical[reader.at - 1]!, reader.file) })
      const heredocs = readHeredocs(reader, joined)
      const start = skipSpace(joined.text)
      const inked = joined.place(start, lastInk(joined.text, start))
      const last = physical[reader.at - 1]!
      const whole =
        heredocs.length === 0 ? inked : { ...inked, endLine: last.number, endColumn: last.text.length + 1 }
      lines.push({ text: joined.text, place: joined.place, comments, heredocs, whole })
      comments = []
    }
  }
  return { lines, escape: reader.escape, emptyContinuations }
}

/** Reads the directives at the top; only `escape` changes how the rest is read. */
function readTop(reader: Reader): void {
  const seen = new Set<string>()
  for (const line of reader.physical) {
    const directive = parseDirective(line.text.slice(skipSpace(line.text)))
    if (directive === undefined) return
    const fail = (message: string, hint: string): never => {
      const place = placeOf(line, reader.file)
      throw new Fault('dockerfile.invalid', message, { hint, place, source: reader.source })
    }
    const { name, value } = directive
    if (seen.has(name)) fail(`only one ${name} parser directive can be used`, 'remove one of them')
    seen.add(name)
    if (name === 'escape') {
      if (value !== '\\' && value !== '`')
        return fail(
          `invalid escape token '${value}' does not match \` or \\`,
          'write # escape=\\ or # escape=`',
        )
      reader.escape = value
    }
    reader.at++
  }
}

function placeOf({ number, text }: Physical, file: string): Place {
  return { file, line: number, column: 1, endLine: number, endColumn: text.length + 1 }
}

function joinContinued(reader: Reader) {
  const first = reader.physical[reader.at++]!
  const indent = skipSpace(first.text)
  const pieces: Piece[] = [{ at: 0, line: first.number, column: indent + 1 }]
  let cut = cutContinuation(first.text.slice(indent), reader.escape)
  let text = cut.text
  let hasEmpty = false
  while (cut.continues && reader.at < reader.physical.length) {
    const line = reader.physical[reader.at++]!
    const ink = skipSpace(line.text)
    if (line.text[ink] === '#') continue
    if (ink === line.text.length) {
      hasEmpty = true
      continue
    }
    cut = cutContinuation(line.text, reader.escape)
    pieces.push({ at: text.length, line: line.number, column: 1 })
    text += cut.text
  }
  return { text, hasEmpty, place: placer(reader.file, pieces) }
}

function readHeredocs(
  reader: Reader,
  line: { readonly text: string; readonly place: LogicalLine['place'] },
): Heredoc[] {
  if (!line.text.includes('<<') || !reader.heredocsAllowed(line.text, reader.escape)) return []
  return heredocWords(line.text).map((word) => {
    const body: string[] = []
    while (reader.at < reader.physical.length) {
      const { text, raw } = reader.physical[reader.at++]!
      if ((word.chomp ? text.replace(/^\t+/, '') : text) === word.name)
        return { ...word, body: body.join('') }
      body.push(raw)
    }
    const at = Math.max(0, line.text.indexOf(word.name))
    throw new Fault('dockerfile.invalid', 'unterminated heredoc', {
      hint: `end the text with a line that holds ${word.name} and nothing else`,
      place: line.place(at, at + word.name.length),
      source: reader.source,
    })
  })
}

/** Takes the escape character off the end of a line that goes on: it must be alone, not escaped itself. */
export function cutContinuation(
  text: string,
  mark: Escape,
): { readonly text: string; readonly continues: boolean } {
  let end = text.length
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  const continues = end > 0 && text[end - 1] === mark && text[end - 2] !== mark
  return continues ? { text: text.slice(0, end - 1), continues } : { text, continues }
}

function physicalLines(source: string, file: string): Physical[] {
  const lines: Physical[] = []
  let number = 0
  for (let at = 0; at < source.length; ) {
    const feed = source.indexOf('\n', at)
    const next = feed < 0 ? source.length : feed + 1
    const raw = source.slice(at, next)
    number++
    if (raw.length > longestLine / 4 && Buffer.byteLength(raw) > longestLine + (feed < 0 ? 0 : 1))
      throw new Fault(
        'dockerfile.invalid',
        `dockerfile line greater than max allowed size of ${longestLine}`,
        {
          hint: 'put the text into a file and COPY it, or break the line',
          place: { file, line: number, column: 1, endLine: number, endColumn: 2 },
          source,
        },
      )
    let end = raw.length
    while (end > 0 && (raw[end - 1] === '\n' || raw[end - 1] === '\r')) end--
    lines.push({ number, raw, text: raw.slice(0, end) })
    at = next
  }
  return lines
}

/** Turns offsets of the joined text into places; an end lies on the line of the last character before it. */
function placer(file: string, pieces: readonly Piece[]): (start: number, end: number) => Place {
  const find = (offset: number): Piece => {
    let low = 0
    let high = pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (pieces[middle]!.at <= offset) low = middle
      else high = middle - 1
    }
    return pieces[low]!
  }
  return (start, end) => {
    const from = find(start)
    const to = find(Math.max(start, end - 1))
    return {
      file,
      line: from.line,
      column: from.column + start - from.at,
      endLine: to.line,
      endColumn: to.column + Math.max(start, end) - to.at,
    }
  }
}
