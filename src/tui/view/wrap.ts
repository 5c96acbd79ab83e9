// Text in rows no wider than a pane.
import { cellsOf, widthOf } from '../../core/index.ts'

/** Breaks at spaces, and inside a word that is wider than a row. */
export function wrapText(text: string, width: number): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    const longer = row === '' ? word : `${row} ${word}`
    if (widthOf(longer) <= width) {
      row = longer
      continue
    }
    if (row !== '') rows.push(row)
    const pieces = wrapCells(word, width)
    rows.push(...pieces.slice(0, -1))
    row = pieces.at(-1)!
  }
  return [...rows, row]
}

/** Breaks wherever a row is full. */
export function wrapCells(text: string, width: number): readonly string[] {
  const rows = ['']
  let used = 0
  for (const character of text) {
    const cells = cellsOf(character)
    if (used + cells > width && used > 0) {
      rows.push('')
      used = 0
    }
    rows[rows.length - 1] += character
    used += cells
  }
  return rows
}
