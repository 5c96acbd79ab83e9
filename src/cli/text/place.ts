// Shows where in a text the user wrote a problem is: the lines around it with a caret below.
import type { Place } from '../../core/index.ts'

const before = 2
const most = 8

/** The named place in `source`, ending in a newline; only the name where the source is not known. */
export function printPlace(place: Place, source: string | undefined): string {
  const head = `${place.file}:${place.line}\n`
  if (source === undefined) return head
  const lines = source.split(/\r?\n/)
  const from = Math.max(1, place.line - before)
  const to = Math.min(lines.length, Math.max(place.line, place.endLine), place.line + most - 1)
  const gutter = String(to).length
  let text = head
  for (let number = from; number <= to; number++) {
    const line = lines[number - 1]!
    text += ` ${String(number).padStart(gutter)} | ${line}`.trimEnd() + '\n'
    if (number === place.line)
      text += ` ${' '.repeat(gutter)} | ${indent(line, place.column)}${carets(line, place)}\n`
  }
  return text
}

/** Spaces up to the column; tabs stay, so that the caret stands right however wide they are. */
function indent(line: string, column: number): string {
  return line.slice(0, column - 1).replace(/[^\t]/g, ' ')
}

function carets(line: string, place: Place): string {
  const end = place.endLine === place.line ? place.endColumn : line.trimEnd().length + 1
  return '^'.repeat(Math.max(1, end - place.column))
}
