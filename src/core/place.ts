// Shows a place in a text: its lines with their numbers, and a caret line below. Terminal colours are for the caller to add.
import type { Place } from './fault.ts'

/** At most this many lines of a place are shown. */
const most = 6

/**
 * The lines of `place` in `source`, each with its number, carets under the first (or only) one; ends without a line feed.
 * Tabs stay tabs in the caret line, so that it lines up.
 */
export function printPlace(place: Place, source: string): string {
  const lines = source.split('\n')
  const last = Math.min(place.endLine, place.line + most - 1, lines.length)
  const width = String(last).length
  const shown: string[] = [`${place.file}:${place.line}:${place.column}`]
  for (let number = place.line; number <= last; number++) {
    const text = (lines[number - 1] ?? '').replace(/\r$/, '')
    shown.push(`${String(number).padStart(width)} | ${text}`.trimEnd())
    if (number !== place.line) continue
    const end = place.endLine === place.line ? place.endColumn : text.length + 1
    const indent = text.slice(0, place.column - 1).replace(/[^\t]/g, ' ')
    shown.push(`${' '.repeat(width)} | ${indent}${'^'.repeat(Math.max(1, end - place.column))}`)
  }
  if (place.endLine > last) shown.push(`${' '.repeat(width)} | …`)
  return shown.join('\n')
}
