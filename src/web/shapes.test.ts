// The shapes that bytes are drawn as: areas must be what they stand for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { squarify } from './page/squarify.ts'
import { bytes, percent } from './page/words.ts'
import { linesOf } from './recipe-lines.ts'
import { ringsOf } from './sections/onion.ts'

test('treemap boxes fill their box, keep to their areas and do not overlap', () => {
  const areas = [50, 30, 30, 10, 5, 5, 1, 1, 1]
  const boxes = squarify(areas, { x: 10, y: 20, width: 300, height: 200 })
  const unit = (300 * 200) / areas.reduce((sum, area) => sum + area)
  for (const [i, { x, y, width, height }] of boxes.entries()) {
    assert.ok(Math.abs(width * height - areas[i]! * unit) < 1e-6)
    assert.ok(x >= 10 - 1e-9 && y >= 20 - 1e-9 && x + width <= 310 + 1e-9 && y + height <= 220 + 1e-9)
    for (const other of boxes.slice(i + 1)) {
      const wide = Math.min(x + width, other.x + other.width) - Math.max(x, other.x)
      const high = Math.min(y + height, other.y + other.height) - Math.max(y, other.y)
      assert.ok(wide < 1e-6 || high < 1e-6)
    }
  }
  assert.ok(boxes.slice(0, 6).every(({ width, height }) => Math.max(width / height, height / width) < 3))
})

test('nothing has no box that is not a number', () => {
  for (const box of [
    ...squarify([0, 0], { x: 0, y: 0, width: 9, height: 9 }),
    ...squarify([3], { x: 0, y: 0, width: 0, height: 9 }),
  ])
    assert.ok(Object.values(box).every(Number.isFinite))
})

test('rings have the areas of their layers, and none vanishes', () => {
  const area = ({ inner, outer }: { inner: number; outer: number }): number => outer ** 2 - inner ** 2
  const [small, large] = ringsOf([100, 300])
  assert.ok(Math.abs(area(large!) / area(small!) - 3) < 0.15)
  const rings = ringsOf([1e9, 0, 1, 5e8])
  for (const [i, ring] of rings.entries()) {
    assert.ok(ring.outer - ring.inner > 1)
    if (i > 0) assert.equal(ring.inner, rings[i - 1]!.outer)
  }
  for (const sizes of [[], [0], [0, 0], Array(127).fill(7)])
    assert.ok(ringsOf(sizes).every(({ inner, outer }) => outer > inner && outer <= 192.001))
})

test('each line of an instruction belongs to its layers, the price to the first', () => {
  const text = 'FROM a\r\nRUN one \\\n  # why\n  two\n\nCOPY b c\n'
  const layer = (line: number, file = 'Dockerfile'): object => ({ place: { file, line } })
  const report = {
    image: {
      dockerfile: {
        file: 'Dockerfile',
        text,
        instructions: [
          { line: 1, endLine: 1 },
          { line: 2, endLine: 4 },
          { line: 6, endLine: 6 },
        ],
      },
    },
    layers: [layer(2, 'Dockerfile.base'), layer(2), layer(6)],
    history: [],
  } as unknown as Parameters<typeof linesOf>[0]
  assert.deepEqual(
    linesOf(report).map(({ text, layers, continues }) => [text, layers.length, continues]),
    [
      ['FROM a', 0, false],
      ['RUN one \\', 1, false],
      ['  # why', 1, true],
      ['  two', 1, true],
      ['', 0, false],
      ['COPY b c', 1, false],
    ],
  )
})

test('sizes and shares in words', () => {
  assert.deepEqual(
    [0, 999, 1000, 1_234_567, 999_600, 5e15].map(bytes),
    ['0 B', '999 B', '1 kB', '1.23 MB', '1 MB', '5000 TB'].map((text) => text.replace(' ', '\u00a0')),
  )
  assert.deepEqual(
    [percent(0, 9), percent(1, 1000), percent(1, 3), percent(999, 1000), percent(9, 9), percent(0, 0)],
    ['0 %', '< 1 %', '33 %', '> 99 %', '100 %', '0 %'],
  )
})
