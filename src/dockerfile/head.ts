// One instruction on its way from a logical line to a typed value: its parts, and how to fail at one of them.
import { Fault, type Place } from '../core/index.ts'
import type { LogicalLine } from './lines.ts'
import type { Word } from './text.ts'
import type { Escape, Heredoc, InstructionKind } from './types.ts'
import { type Parts, splitInstruction } from './words.ts'

/** Makes the fault for a problem at some part of the line. */
export type Fail = (message: string, at?: Pick<Word, 'start' | 'end'>, hint?: string) => Fault

export interface Head extends Parts {
  readonly mark: Escape
  readonly heredocs: readonly Heredoc[]
  readonly fail: Fail
  readonly line: LogicalLine
  readonly source: string
  /** The span of `rest`. */
  readonly restWord: Word
  base<Kind extends InstructionKind>(kind: Kind): Base<Kind>
}

interface Base<Kind> {
  readonly kind: Kind
  readonly place: Place
  readonly keyword: string
  readonly text: string
  readonly comments: readonly string[]
}

/** Takes the instruction at `offset` of a line apart; the offset is not 0 only below ONBUILD. */
export function openHead(
  line: LogicalLine,
  offset: number,
  options: { readonly mark: Escape; readonly source: string },
): Head {
  const parts = splitInstruction(line.text, offset, options.mark)
  const end = Math.max(parts.keyword.end, parts.restStart + parts.rest.length)
  const place =
    offset === 0 ? line.whole : { ...line.whole, ...pick(line.place(parts.keyword.start, parts.keyword.end)) }
  return {
    ...parts,
    mark: options.mark,
    source: options.source,
    line,
    heredocs: line.heredocs,
    restWord: { text: parts.rest, start: parts.restStart, end },
    fail: (message, at, hint) =>
      new Fault('dockerfile.invalid', message, {
        hint,
        place: at === undefined ? line.place(parts.keyword.start, end) : line.place(at.start, at.end),
        source: options.source,
      }),
    base: (kind) => ({
      kind,
      place,
      keyword: parts.keyword.text,
      text: line.text.slice(parts.keyword.start, end),
      comments: offset === 0 ? line.comments : [],
    }),
  }
}

function pick({ line, column }: Place) {
  return { line, column }
}
