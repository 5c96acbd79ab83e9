import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrata, type Entry, type Strata } from '../../layer/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { dir, file, gone, tree } from '../../testing/tree.ts'
import { type DiveExport, diveExport } from './dive-export.ts'
import { studyStrata } from './study.ts'

function exported(
  layers: readonly (readonly Entry[])[],
  around: (strata: Strata) => Strata = (strata) => strata,
): DiveExport {
  using store = openTestStore()
  const strata = createStrata(layers.map((entries) => store.index(store.add(tree(...entries)))))
  const words = layers.map((_, i) => ({ id: `id-${i}`, command: `command ${i}` }))
  return diveExport(around(strata), studyStrata(strata).dive, words)
}

test('each layer has its own entries, what a directory holds before the directory', () => {
  const { layer } = exported([
    [dir('/a'), file('/a/f', 'one'), dir('/a/sub'), file('/a/sub/g', ''), file('/b', 'bb')],
    [dir('/a'), gone('/a/f'), file('/b', 'bbb')],
  ])
  assert.deepEqual(
    layer.map(({ index, id, command, fileList }) => [
      [index, id, command],
      fileList.map(({ path, size, isDir }) => `${path}${isDir ? '/' : ''} ${size}`),
    ]),
    [
      [
        [0, 'id-0', 'command 0'],
        ['a/f 3', 'a/sub/g 0', 'a/sub/ 0', 'a/ 0', 'b 2'],
      ],
      [
        [1, 'id-1', 'command 1'],
        ['a/.wh.f 0', 'a/ 0', 'b 3'],
      ],
    ],
  )
})

test('many layers cost one look at each entry, not one in each layer', () => {
  const looks = (count: number): number => {
    let looked = 0
    const layers = Array.from({ length: count }, (_, i) => [file(`/f${i}`, 'x')])
    exported(
      layers,
      (strata) =>
        new Proxy(strata, {
          get(target, name, receiver) {
            if (name === 'cellStart') looked++
            return Reflect.get(target, name, receiver)
          },
        }),
    )
    return looked
  }
  assert.ok(looks(80) < 3 * looks(40), `${looks(40)}, then ${looks(80)}`)
})
