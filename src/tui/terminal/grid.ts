// The screen as cells, so that only what changed is sent to the terminal. A wide character takes a cell and an empty one after it;
// combining marks share the cell of what they combine with.
import { cellsOf } from '../../core/index.ts'
import type { Area } from '../model/layout.ts'
import { type Line, type Tone, tones } from '../view/line.ts'

/** Style numbers: the tone's place in `tones`, plus `markedStyle` where the cursor is. */
export const markedStyle = 0x80

const toneNumbers = new Map(tones.map((tone, i) => [tone, i]))

export interface Grid {
  readonly columns: number
  readonly rows: number
  readonly texts: string[]
  readonly styles: Uint8Array
  /** Writes a line into one row of an area and fills the rest of it with spaces; what does not fit is cut. */
  put(area: Area, row: number, line: Line): void
}

export function createGrid(columns: number, rows: number): Grid {
  const texts: string[] = new Array(columns * rows).fill(' ')
  const styles = new Uint8Array(columns * rows)
  return {
    columns,
    rows,
    texts,
    styles,
    put(area, row, line) {
      const y = area.y + row
      if (row < 0 || row >= area.height || y < 0 || y >= rows) return
      const start = y * columns + area.x
      const end = start + Math.min(area.width, columns - area.x)
      const mark = line.marked === true ? markedStyle : 0
      let at = start
      const set = (text: string, style: number): void => {
        texts[at] = text
        styles[at++] = style
      }
      for (const { text, tone = 'plain' } of line.pieces) {
        const style = styleOf(tone) | mark
        for (const character of text) {
          if (combining.test(character)) {
            if (at > start) texts[texts[at - 1] === '' ? at - 2 : at - 1] += character
            continue
          }
          const shown = visible(character)
          const cells = cellsOf(shown)
          if (at + cells > end) break
          set(shown, style)
          if (cells === 2) set('', style)
        }
      }
      while (at < end) set(' ', mark)
    },
  }
}

function styleOf(tone: Tone): number {
  return toneNumbers.get(tone)!
}

const combining = /^\p{M}$/u

/** Nothing that a terminal would obey gets to it: control and format characters show as `?`, bytes that are no UTF-8 as U+FFFD. */
function visible(character: string): string {
  if (!character.isWellFormed()) return '\ufffd'
  return cellsOf(character) === 0 ? '?' : character
}
