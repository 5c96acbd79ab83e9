// How many cells of a terminal a text takes (Unicode UAX #11 and #44): combining marks take none, East Asian wide ones two.

const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
]

/** Cells of a text without escape sequences. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let cells = 0
  for (const character of text) cells += cellsOf(character)
  return cells
}

/** Cells of one character. */
export function cellsOf(character: string): number {
  const code = character.codePointAt(0)!
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1
  if (invisible.test(character)) return 0
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

/** The beginning that fits into `cells`; the last cell is `…` if something was left out. */
export function fit(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text
  let used = 0
  let kept = ''
  for (const character of text) {
    const next = cellsOf(character)
    if (used + next > cells - 1) break
    used += next
    kept += character
  }
  return cells < 1 ? '' : `${kept}…`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that terminals obey
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/** A line of a program's output as one that cannot move the cursor: what was overwritten by `\r` is gone, tabs are spaces. */
export function tame(line: string): string {
  const shown = line.replace(/\r+$/, '')
  return shown
    .slice(shown.lastIndexOf('\r') + 1)
    .replace(escapes, '')
    .replaceAll('\t', '    ')
    .replace(controls, '')
}
