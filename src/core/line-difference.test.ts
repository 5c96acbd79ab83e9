import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareLines } from './line-difference.ts'

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    yield state >> 8
  }
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let x = a.length - 1; x >= 0; x--)
    for (let y = b.length - 1; y >= 0; y--)
      best[x]![y] = a[x] === b[y] ? best[x + 1]![y + 1]! + 1 : Math.max(best[x + 1]![y]!, best[x]![y + 1]!)
  return best[0]![0]!
}

test('both texts come out of a difference, and no shorter one does that', () => {
  const random = numbers(1)
  const next = (below: number): number => random.next().value! % below
  const text = (): string[] => Array.from({ length: next(12) }, () => 'abcd'[next(4)]!)
  for (let round = 0; round < 2000; round++) {
    const [before, after] = [text(), text()]
    const lines = compareLines(before, after)
    const without = (change: string) =>
      lines.filter((line) => line.change !== change).map((line) => line.text)
    assert.deepEqual(without('added'), before)
    assert.deepEqual(without('removed'), after)
    assert.equal(lines.filter(({ change }) => change === 'same').length, longestCommon(before, after))
  }
})

test('texts that share nothing are replaced, however long', () => {
  const before = Array.from({ length: 5000 }, (_, i) => `old ${i}`)
  const after = Array.from({ length: 5000 }, (_, i) => `new ${i}`)
  const lines = compareLines(['head', ...before, 'tail'], ['head', ...after, 'tail'])
  assert.equal(lines.length, 10_002)
  assert.deepEqual(
    [lines[0], lines[1], lines.at(-1)],
    [
      { change: 'same', text: 'head' },
      { change: 'removed', text: 'old 0' },
      { change: 'same', text: 'tail' },
    ],
  )
})
