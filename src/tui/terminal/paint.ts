// Cells to what a terminal obeys: the one place that knows colours. Sends the cells that differ from what the terminal shows.
import { type Tone, tones } from '../view/line.ts'
import { type Grid, markedStyle } from './grid.ts'

export interface Palette {
  /** No: weight and reversal only (https://no-color.org). */
  readonly colours: boolean
  /** No: lines and marks are drawn in ASCII. */
  readonly unicode: boolean
}

/** Select Graphic Rendition (ECMA-48 8.3.117): with colours, and without. */
const looks: Readonly<Record<Tone, readonly [string, string]>> = {
  plain: ['', ''],
  strong: ['1', '1'],
  dim: ['2', '2'],
  added: ['32', ''],
  modified: ['33', ''],
  removed: ['31', ''],
  below: ['42;30', ''],
  above: ['45;37', '7'],
  found: ['4;36', '4'],
  bar: ['7', '7'],
  barKey: ['7;1', '7;1'],
  barOn: ['45;37', '7'],
  barOnKey: ['45;37;1', '7;1'],
}

const ascii: Readonly<Record<string, string>> = {
  '─': '-',
  '━': '=',
  '│': '|',
  '┃': '#',
  '├': '|',
  '┣': '#',
  '└': '`',
  '▏': '|',
  '⊕': '+',
  '●': '*',
  '○': 'o',
  '…': '~',
  '→': '>',
  '↵': ' ',
  '░': '.',
  '▓': '#',
  '↑': '^',
  '↓': 'v',
}

/** What turns a screen that shows `before` into one that shows `after`; all of it where there is no `before` of that size. */
export function paint(before: Grid | undefined, after: Grid, palette: Palette): string {
  const same = before !== undefined && before.columns === after.columns && before.rows === after.rows
  const old = same ? before : undefined
  let text = old === undefined ? '\x1b[0m\x1b[2J' : ''
  for (let row = 0; row < after.rows; row++) text += paintRow(old, after, row, palette)
  return text === '' ? '' : `${text}\x1b[0m`
}

function paintRow(before: Grid | undefined, after: Grid, row: number, palette: Palette): string {
  const start = row * after.columns
  const end = start + after.columns
  const differs = (cell: number): boolean =>
    before === undefined ||
    before.texts[cell] !== after.texts[cell] ||
    before.styles[cell] !== after.styles[cell]
  let first = start
  while (first < end && !differs(first)) first++
  if (first === end) return ''
  let last = end - 1
  while (!differs(last)) last--
  for (let cell = start; cell < end; cell++)
    if (isDoubtful(after, cell) || (before !== undefined && isDoubtful(before, cell))) {
      first = start
      last = end - 1
      break
    }
  let text = place(row, first - start)
  let style = -1
  for (let cell = first; cell <= last; cell++) {
    const own = after.texts[cell]!
    if (own === '') continue
    if (after.styles[cell] !== style) {
      style = after.styles[cell]!
      text += sgr(style, palette)
    }
    text +=
      palette.unicode || own <= '~' ? own : (ascii[own] ?? '?'.repeat(after.texts[cell + 1] === '' ? 2 : 1))
    if (isDoubtful(after, cell) && cell < last)
      text += place(row, cell - start + 1 + (after.texts[cell + 1] === '' ? 1 : 0))
  }
  return text
}

/** A terminal may disagree about the width of what is not ASCII: such a row is sent whole, and what follows is placed by its column. */
function isDoubtful({ texts }: Grid, cell: number): boolean {
  return texts[cell]! > '~' && !(texts[cell]! in ascii)
}

function place(row: number, column: number): string {
  return `\x1b[${row + 1};${column + 1}H`
}

function sgr(style: number, palette: Palette): string {
  const look = looks[tones[style & ~markedStyle]!][palette.colours ? 0 : 1]
  const codes = ['0', ...(look === '' ? [] : [look]), ...((style & markedStyle) === 0 ? [] : ['7'])]
  return `\x1b[${codes.join(';')}m`
}
