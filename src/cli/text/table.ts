// Columns as docker's tables have them: at least ten cells wide, three cells apart, the last one unpadded.
import { spellName, widthOf } from '../../core/index.ts'

/** Draws rows of equal length, the first of which is the heading. A cell stays on its line. */
export function printTable(lines: readonly (readonly string[])[]): string {
  const rows = lines.map((row) => row.map(spellName))
  const widths: number[] = []
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 10, widthOf(cell) + 3)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat(widths[i]! - widthOf(cell))))
      .join('')
  return rows.map((row) => `${line(row)}\n`).join('')
}
