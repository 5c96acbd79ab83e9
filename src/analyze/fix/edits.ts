// Changes of a Dockerfile's text by offsets, so that everything else stays as it was written: comments, blank lines, order, spelling.
import type { Place } from '../../core/index.ts'
import type { Dockerfile, Instruction } from '../../dockerfile/index.ts'

/** Replaces what stands from `start` up to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Edits may touch, and where they are at the same place come in their order; none may overlap another. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end)
  let text = ''
  let at = 0
  for (const edit of ordered) {
    text += source.slice(at, Math.max(at, edit.start)) + edit.text
    at = Math.max(at, edit.end)
  }
  return text + source.slice(at)
}

/** Turns places of a text into offsets. */
export function createOffsets(source: string): (line: number, column: number) => number {
  const starts = [0, ...[...source.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: text }) => index + text.length)]
  return (line, column) => Math.min(source.length, (starts[line - 1] ?? source.length) + column - 1)
}

/** What ends the lines of a text. */
export function lineBreakOf(source: string): string {
  return /\r\n|\n/.exec(source)?.[0] ?? '\n'
}

/** The whole lines of an instruction, with the break at their end. Comments above it are not of it. */
export function linesOf(
  { source }: Dockerfile,
  { place }: { readonly place: Place },
): { start: number; end: number } {
  const offset = createOffsets(source)
  return { start: offset(place.line, 1), end: offset(place.endLine + 1, 1) }
}

/** Takes an instruction out, and one of two blank lines that would meet. */
export function removeInstruction(file: Dockerfile, instruction: Instruction): Edit {
  const { start, end } = linesOf(file, instruction)
  const blank = /(?:^|\n)[ \t]*\r?\n$/.test(file.source.slice(0, start))
  const next = /^[ \t]*(?:\r?\n|$)/.exec(file.source.slice(end))
  return { start, end: blank && next !== null ? end + next[0].length : end, text: '' }
}

/** A longer first line of a RUN is continued below its new flag. */
const longLine = 100

/** A flag right behind the keyword. */
export function addFlag(
  { source, escape: mark }: Dockerfile,
  { place, keyword, kind }: Instruction,
  flag: string,
): Edit {
  const offset = createOffsets(source)
  const at = offset(place.line, place.column) + keyword.length
  const line = source.slice(offset(place.line, 1), offset(place.line + 1, 1)).trimEnd()
  const continued = kind === 'RUN' && line.length + flag.length > longLine
  return { start: at, end: at, text: ` ${flag}${continued ? ` ${mark}${lineBreakOf(source)}   ` : ''}` }
}

/** Lines of their own above an instruction. */
export function insertBefore(file: Dockerfile, instruction: Instruction, text: string): Edit {
  const { start } = linesOf(file, instruction)
  return { start, end: start, text: `${text}${lineBreakOf(file.source)}` }
}

/** Lines of their own below an instruction, which may end the file without a line break. */
export function insertAfter(file: Dockerfile, instruction: Instruction, text: string): Edit {
  const { end } = linesOf(file, instruction)
  const ends = /\n$/.test(file.source.slice(0, end))
  const newline = lineBreakOf(file.source)
  return { start: end, end, text: ends ? `${text}${newline}` : `${newline}${text}` }
}
