// The table of paths: written as the program does, read and asked as the page does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acts, fates, kinds } from './model.ts'
import { packColumns } from './pack.ts'
import { inflate, type Paths, readPaths } from './page/paths.ts'
import { choose, list } from './page/rows.ts'
import { createFinder } from './page/search.ts'

interface SaidEvent {
  readonly layer: number
  readonly kind?: (typeof kinds)[number]
  readonly act?: (typeof acts)[number]
  readonly size?: number
  readonly fate?: (typeof fates)[number]
  readonly by?: number
}
type SaidRow = readonly [depth: number, name: string, ...events: readonly SaidEvent[]]

async function pathsOf(rows: readonly SaidRow[]): Promise<Paths> {
  let events = 0
  const { base64, bytes } = packColumns(({ name, number }) => {
    for (const [depth, text, ...said] of rows) {
      name(text)
      number('depth', depth)
      number('events', said.length)
      events += said.length
      for (const { layer, kind = 'file', act = 'added', size = 0, fate = 'visible', by } of said) {
        number('layer', layer)
        number('kind', kinds.indexOf(kind))
        number('act', acts.indexOf(act))
        number('size', size)
        number('fate', fates.indexOf(fate))
        number('by', by === undefined ? 0 : by + 1)
        number('marks', 0)
      }
    }
  })
  return readPaths({ layers: [], rows: rows.length, events, bytes }, await inflate(base64))
}

const directory = (layer: number): SaidEvent => ({ layer, kind: 'directory' })
const sample: readonly SaidRow[] = [
  [0, '', { layer: 0, kind: 'implied' }],
  [1, 'app', directory(0)],
  [2, 'data', { ...directory(0), by: 1 }, { layer: 1, kind: 'whiteout', act: 'removed' }],
  [3, 'größe.bin', { layer: 0, size: 2 ** 40 + 7, fate: 'deleted', by: 1 }],
  [2, 'main.js', { layer: 0, size: 10, fate: 'overwritten', by: 1 }, { layer: 1, size: 30, act: 'modified' }],
  [1, 'zoo', { layer: 1, size: 5 }],
]

test('what was packed is read, and summed up', async () => {
  const paths = await pathsOf(sample)
  assert.deepEqual(
    Array.from({ length: paths.rows }, (_, row) => paths.path(row)),
    ['', 'app', 'app/data', 'app/data/größe.bin', 'app/main.js', 'zoo'],
  )
  assert.deepEqual([...paths.parent], [-1, 0, 1, 2, 1, 0])
  assert.deepEqual([...paths.end], [6, 5, 4, 4, 5, 6])
  assert.deepEqual(paths.children(0), [1, 5])
  assert.equal(paths.size[paths.first[3]!], 2 ** 40 + 7)
  assert.equal(paths.shipped[0], 2 ** 40 + 7 + 45)
  assert.equal(paths.wasted[1], 2 ** 40 + 7 + 10)
})

test('search finds names in any case, and paths where the words have a slash', async () => {
  const finder = createFinder(await pathsOf(sample))
  const found = (query: string): number[] =>
    [...(finder.find(query) ?? [])].flatMap((hit, row) => (hit ? [row] : []))
  assert.deepEqual(found('A'), [1, 2, 4])
  assert.deepEqual(found('GRÖSSE'), [])
  assert.deepEqual(found('GRÖ'), [3])
  assert.deepEqual(found('app/m'), [4])
  assert.deepEqual(found('/zoo'), [5])
  assert.equal(finder.find('  '), undefined)
})

test('rows are chosen by layer, by fate and by search, with what is above them', async () => {
  const paths = await pathsOf(sample)
  const kept = (
    ...choice: Parameters<typeof choose> extends [unknown, ...infer Rest] ? Rest : never
  ): number[] => [...choose(paths, ...choice).keep].flatMap((keep, row) => (keep ? [row] : []))
  assert.deepEqual(kept({ layer: undefined, show: 'final' }, undefined), [0, 1, 4, 5])
  assert.deepEqual(kept({ layer: undefined, show: 'wasted' }, undefined), [0, 1, 2, 3, 4])
  assert.deepEqual(kept({ layer: 1, show: 'all' }, undefined), [0, 1, 2, 3, 4, 5])
  const inLayer = choose(paths, { layer: 1, show: 'all' }, undefined)
  assert.deepEqual([inLayer.size[0], inLayer.matches], [35, 4])
  const hits = createFinder(paths).find('data')
  const searched = choose(paths, { layer: undefined, show: 'all' }, hits)
  assert.deepEqual([...searched.keep], [1, 1, 1, 1, 0, 0])
  assert.equal(searched.matches, 1)
})

test('a listing is in order and knows places among siblings', async () => {
  const paths = await pathsOf(sample)
  const chosen = choose(paths, { layer: undefined, show: 'all' }, undefined)
  const bySize = list(paths, chosen, { order: 'size', isOpen: (row) => row === 1 })
  assert.deepEqual([...bySize.rows], [1, 2, 4, 5])
  assert.deepEqual([...bySize.position], [1, 1, 2, 2])
  assert.deepEqual([...bySize.siblings], [2, 2, 2, 2])
  const byName = list(paths, chosen, { order: 'name', isOpen: () => false })
  assert.deepEqual([...byName.rows], [1, 5])
})
