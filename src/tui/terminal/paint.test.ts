import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Line } from '../view/line.ts'
import { createGrid, type Grid } from './grid.ts'
import { paint } from './paint.ts'

const palette = { colours: true, unicode: true }
const plain = { colours: false, unicode: false }

function gridOf(...lines: readonly (string | Line)[]): Grid {
  const grid = createGrid(10, lines.length)
  for (const [row, line] of lines.entries())
    grid.put(
      { x: 0, y: 0, width: 10, height: lines.length },
      row,
      typeof line === 'string' ? { pieces: [{ text: line }] } : line,
    )
  return grid
}

describe('cells', () => {
  test('what does not fit is cut, a wide character whole', () => {
    assert.equal(gridOf('abcdefghijkl').texts.join(''), 'abcdefghij')
    assert.deepEqual(gridOf('12345678日本').texts, [...'12345678', '日', ''])
    assert.deepEqual(gridOf('123456789日').texts, [...'123456789 '])
  })
  test('a combining mark shares a cell', () => {
    assert.deepEqual(gridOf('e\u0301x').texts.slice(0, 2), ['e\u0301', 'x'])
    assert.deepEqual(gridOf('日\u0301').texts.slice(0, 2), ['日\u0301', ''])
  })
  test('nothing that moves a cursor reaches the terminal', () => {
    assert.equal(gridOf('a\x1b[2Jb\n\r\u202ec').texts.join('').trim(), 'a?[2Jb???c')
    assert.equal(gridOf('\udcff').texts[0], '\ufffd')
  })
})

describe('painting', () => {
  test('the same screen sends nothing, another what differs', () => {
    const before = gridOf('one', 'two', 'three')
    assert.equal(paint(before, gridOf('one', 'two', 'three'), palette), '')
    assert.equal(paint(before, gridOf('one', 'tWo', 'three'), palette), '\x1b[2;2H\x1b[0mW\x1b[0m')
  })
  test('another size is drawn whole', () => {
    const text = paint(gridOf('one'), gridOf('one', 'two'), palette)
    assert.ok(text.startsWith('\x1b[0m\x1b[2J\x1b[1;1H'))
    assert.ok(text.includes('two'))
  })
  test('after a character of doubtful width the next is placed', () => {
    assert.ok(paint(undefined, gridOf('日x'), palette).includes('日\x1b[1;3Hx'))
  })
  test('tones are colours, or weight alone', () => {
    const line: Line = {
      pieces: [
        { text: 'a', tone: 'added' },
        { text: 'b', tone: 'strong' },
      ],
      marked: true,
    }
    assert.ok(paint(undefined, gridOf(line), palette).includes('\x1b[0;32;7ma\x1b[0;1;7mb'))
    assert.ok(paint(undefined, gridOf(line), plain).includes('\x1b[0;7ma\x1b[0;1;7mb'))
  })
  test('without Unicode lines are ASCII', () => {
    const text = paint(undefined, gridOf('├─⊕ é日x'), plain)
    assert.ok(text.includes('|-+ ?'), text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: anything beyond ASCII
    assert.doesNotMatch(text, /[^\x00-\x7f]/)
  })
})
