// Draws `--help` from the same data that the parser reads.
import type { Flag, FlagTable } from './flags.ts'

export interface HelpSubject {
  /** As the user typed it: `peel image ls`. */
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** More than the summary says, as running text. */
  readonly details?: string | undefined
  readonly flags: FlagTable
}

const width = 80

/** The help text of one command. */
export function printHelp(subject: HelpSubject): string {
  const usage = `Usage:  ${subject.name} [OPTIONS]${subject.usage === '' ? '' : ` ${subject.usage}`}`
  const details = subject.details === undefined ? '' : `\n\n${wrap(subject.details, width).join('\n')}`
  return `${usage}\n\n${subject.summary}${details}\n\nOptions:\n${printFlags(subject.flags)}`
}

/** The flags, one a row, sorted by name. */
export function printFlags(table: FlagTable): string {
  const help: Flag = { kind: 'switch', about: 'Show this text' }
  const rows = Object.entries({ ...table, help })
    .filter(([, flag]) => flag.hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => [head(name, flag), about(flag)] as const)
  return printRows(rows)
}

/** Rows of a name and a text that is wrapped beside it. */
export function printRows(rows: readonly (readonly [string, string])[]): string {
  const column = Math.max(0, ...rows.map(([left]) => left.length)) + 3
  return rows
    .map(([left, right]) => {
      const lines = wrap(right, Math.max(30, width - column))
      return `${left.padEnd(column)}${lines.join(`\n${' '.repeat(column)}`)}\n`
    })
    .join('')
}

function head(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `
  const value = flag.kind === 'switch' ? '' : ` ${flag.kind === 'choice' ? 'string' : flag.value}`
  return `  ${short}--${name}${value}`
}

function about(flag: Flag): string {
  if (flag.kind === 'choice') return `${flag.about} (${flag.values.join(', ')})`
  return flag.kind === 'switch' && flag.default === true ? `${flag.about} (default true)` : flag.about
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
