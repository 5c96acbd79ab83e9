// Images whose waste was worked out by hand, to the byte: what each class should hold, what is to be seen in the end, and what dive's
// formula makes of it. `s` is one small file of 1,000 bytes in the lowest layer, `big` has 50,000; the ratios are those of a 50 MB file
// on a base of 1 MB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrata, type Entry } from '../../layer/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { dir, file, gone, hardlink, opaque, symlink, tree } from '../../testing/tree.ts'
import { studyStrata } from './study.ts'

const bytes = (length: number, letter = 'b'): string => letter.repeat(length)
const big = bytes(50_000)
const s = [dir('/base'), file('/base/s', bytes(1_000, 's'))]

interface Answer {
  readonly deleted?: number
  readonly overwritten?: number
  readonly metadataOnly?: number
  readonly duplicate?: number
  readonly caches?: number
  readonly visible: number
  /** dive's efficiency as a fraction, and its wasted bytes. */
  readonly dive: readonly [least: number, sum: number, wasted: number]
}

interface Row {
  readonly name: string
  /** Bottom first. */
  readonly layers: readonly (readonly Entry[])[]
  readonly answer: Answer
}

const files = (directory: string, count: number, each: number, letter = 'f'): Entry[] => [
  dir(directory),
  // Contents differ, so that none is a duplicate of another.
  ...Array.from({ length: count }, (_, i) => file(`${directory}/${i}`, `${i}`.padEnd(each, letter))),
]

const rows: readonly Row[] = [
  // The cases of dive that were measured (A to M).
  {
    name: 'A: a file, removed by a later layer',
    layers: [s, [file('/big', big)], [gone('/big')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [1_000, 51_000, 50_000] },
  },
  {
    name: 'B: a directory, removed by a later layer: the classic trap',
    layers: [s, files('/d', 10, 5_000), [gone('/d')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [51_000, 51_000, 0] },
  },
  {
    name: 'C: the same by an opaque directory',
    layers: [s, files('/d', 10, 5_000), [dir('/d'), opaque('/d')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [51_000, 51_000, 0] },
  },
  {
    name: 'L: a directory made empty, filled, removed: dive sees it by accident',
    layers: [s, [dir('/d')], files('/d', 10, 5_000), [gone('/d')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [51_000, 101_000, 50_000] },
  },
  {
    name: 'D: chmod in a later layer: dive counts twice',
    layers: [s, [file('/big', big)], [file('/big', big, { mode: 0o600 })]],
    answer: { metadataOnly: 50_000, visible: 51_000, dive: [51_000, 101_000, 100_000] },
  },
  {
    name: 'E: the same content at two paths, by cp',
    layers: [s, [file('/big', big)], [file('/copy', big)]],
    answer: { duplicate: 50_000, visible: 101_000, dive: [101_000, 101_000, 0] },
  },
  {
    name: 'F: mv across layers',
    layers: [s, [file('/a', big)], [gone('/a'), file('/b', big)]],
    answer: { deleted: 50_000, visible: 51_000, dive: [51_000, 101_000, 50_000] },
  },
  {
    name: 'G: a whiteout of nothing, after which dive counts nothing of that layer',
    layers: [s, [file('/x', big)], [gone('/missing'), gone('/x')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [51_000, 51_000, 0] },
  },
  {
    name: 'G2: what dive meets before the whiteout of nothing still counts',
    layers: [s, [file('/x', big)], [gone('/x'), gone('/z')]],
    answer: { deleted: 50_000, visible: 1_000, dive: [1_000, 51_000, 50_000] },
  },
  {
    name: 'H: a log that grows',
    layers: [[file('/log', bytes(1_000))], [file('/log', big)]],
    answer: { overwritten: 1_000, visible: 50_000, dive: [1_000, 51_000, 51_000] },
  },
  {
    name: 'I: a file that shrinks to one byte',
    layers: [s, [file('/big', big)], [file('/big', 'x')]],
    answer: { overwritten: 50_000, visible: 1_001, dive: [1_001, 51_001, 50_001] },
  },
  {
    name: 'J: one layer, nothing wasted',
    layers: [[file('/big', big)]],
    answer: { visible: 50_000, dive: [50_000, 50_000, 0] },
  },
  {
    name: 'M: a hard link to a file of a lower layer',
    layers: [s, [file('/big', big)], [hardlink('/link', '/big')]],
    answer: { visible: 51_000, dive: [51_000, 51_000, 0] },
  },
  // Deletions.
  {
    name: 'one file of a directory removed',
    layers: [files('/d', 3, 100), [gone('/d/1')]],
    answer: { deleted: 100, visible: 200, dive: [200, 300, 100] },
  },
  {
    name: 'a whiteout of a directory hides what two layers brought',
    layers: [files('/d', 2, 100), [file('/d/more', bytes(50, 'm'))], [gone('/d')]],
    answer: { deleted: 250, visible: 0, dive: [250, 250, 0] },
  },
  {
    name: 'removed, and made again with other content in a later layer',
    layers: [[file('/a', bytes(300))], [gone('/a')], [file('/a', bytes(200, 'c'))]],
    answer: { deleted: 300, visible: 200, dive: [0, 500, 500] },
  },
  {
    name: 'removed and made again in one layer',
    layers: [[file('/a', bytes(300))], [gone('/a'), file('/a', bytes(200, 'c'))]],
    answer: { overwritten: 300, visible: 200, dive: [0, 500, 500] },
  },
  {
    name: 'removed and made again with the same content in one layer',
    layers: [[file('/a', bytes(300))], [gone('/a'), file('/a', bytes(300))]],
    answer: { metadataOnly: 300, visible: 300, dive: [0, 600, 600] },
  },
  {
    name: 'removed twice',
    layers: [[file('/a', bytes(300))], [gone('/a')], [gone('/a')]],
    // The second whiteout finds nothing, and dive leaves off.
    answer: { deleted: 300, visible: 0, dive: [0, 300, 300] },
  },
  {
    name: 'a whiteout of nothing at all',
    layers: [[file('/a', bytes(300))], [gone('/nothing')]],
    answer: { visible: 300, dive: [300, 300, 0] },
  },
  {
    name: 'a whiteout in the lowest layer',
    layers: [[file('/a', bytes(300)), gone('/b')], [file('/b', bytes(200, 'c'))]],
    answer: { visible: 500, dive: [200, 200, 0] },
  },
  {
    name: 'an empty file removed: no bytes',
    layers: [[file('/a', '')], [gone('/a')]],
    answer: { visible: 0, dive: [1, 1, 0] },
  },
  {
    name: 'a symlink removed: no bytes',
    layers: [[file('/a', bytes(10)), symlink('/l', 'a')], [gone('/l')]],
    answer: { visible: 10, dive: [10, 10, 0] },
  },
  // Opaque directories.
  {
    name: 'an opaque directory filled anew in the same layer',
    layers: [files('/d', 2, 100), [dir('/d'), opaque('/d'), file('/d/new', bytes(70, 'n'))]],
    answer: { deleted: 200, visible: 70, dive: [270, 270, 0] },
  },
  {
    name: 'an opaque directory with one file of the same name',
    layers: [
      [dir('/d'), file('/d/a', bytes(100)), file('/d/b', bytes(50, 'c'))],
      [dir('/d'), opaque('/d'), file('/d/a', bytes(80, 'n'))],
    ],
    answer: { deleted: 50, overwritten: 100, visible: 80, dive: [130, 230, 180] },
  },
  {
    name: 'an opaque directory with one file of the same content',
    layers: [
      [dir('/d'), file('/d/a', bytes(100)), file('/d/b', bytes(50, 'c'))],
      [dir('/d'), opaque('/d'), file('/d/a', bytes(100))],
    ],
    answer: { deleted: 50, metadataOnly: 100, visible: 100, dive: [150, 250, 200] },
  },
  {
    name: 'an opaque directory above nothing',
    layers: [[file('/a', bytes(100))], [dir('/d'), opaque('/d'), file('/d/x', bytes(20, 'x'))]],
    answer: { visible: 120, dive: [120, 120, 0] },
  },
  {
    name: 'an opaque mark below another removal',
    layers: [
      [dir('/d'), dir('/d/e'), file('/d/e/x', bytes(40))],
      [dir('/d/e'), opaque('/d/e')],
      [gone('/d')],
    ],
    answer: { deleted: 40, visible: 0, dive: [40, 40, 0] },
  },
  // Overwriting and attributes.
  {
    name: 'chown -R of a directory of files',
    layers: [s, files('/app', 4, 500), files('/app', 4, 500).map((entry) => owned(entry, 1000))],
    answer: { metadataOnly: 2_000, visible: 3_000, dive: [3_000, 5_000, 4_000] },
  },
  {
    name: 'the same file thrice, once with other content',
    layers: [[file('/a', bytes(100))], [file('/a', bytes(100), { uid: 1 })], [file('/a', bytes(90, 'c'))]],
    answer: { metadataOnly: 100, overwritten: 100, visible: 90, dive: [90, 290, 290] },
  },
  {
    name: 'other content of the same length',
    layers: [[file('/a', bytes(100))], [file('/a', bytes(100, 'c'))]],
    answer: { overwritten: 100, visible: 100, dive: [100, 200, 200] },
  },
  {
    name: 'a file shipped again as it was',
    layers: [[file('/a', bytes(100))], [file('/a', bytes(100))]],
    answer: { metadataOnly: 100, visible: 100, dive: [100, 200, 200] },
  },
  {
    name: 'attributes of a directory alone',
    layers: [files('/d', 2, 100), [dir('/d', { mode: 0o700 })]],
    answer: { visible: 200, dive: [200, 200, 0] },
  },
  {
    name: 'a file that comes, goes, and comes back as it was',
    layers: [[file('/a', bytes(100))], [gone('/a')], [file('/a', bytes(100))]],
    answer: { deleted: 100, visible: 100, dive: [0, 200, 200] },
  },
  // Replaced types.
  {
    name: 'a file replaced by a symlink',
    layers: [[file('/a', bytes(100)), file('/b', bytes(30, 'c'))], [symlink('/a', 'b')]],
    answer: { overwritten: 100, visible: 30, dive: [30, 130, 100] },
  },
  {
    name: 'a file replaced by a directory',
    layers: [[file('/a', bytes(100))], [dir('/a'), file('/a/x', bytes(10, 'x'))]],
    answer: { overwritten: 100, visible: 10, dive: [110, 110, 0] },
  },
  {
    name: 'a directory replaced by a file',
    layers: [files('/a', 3, 100), [file('/a', bytes(10, 'x'))]],
    answer: { deleted: 300, visible: 10, dive: [310, 310, 0] },
  },
  {
    name: 'a directory replaced by a symlink',
    layers: [[...files('/lib', 3, 100), dir('/usr')], [symlink('/lib', 'usr')]],
    answer: { deleted: 300, visible: 0, dive: [300, 300, 0] },
  },
  {
    name: 'a symlink replaced by a file',
    layers: [[file('/a', bytes(10)), symlink('/l', 'a')], [file('/l', bytes(20, 'c'))]],
    answer: { visible: 30, dive: [10, 30, 20] },
  },
  // Renamed directories.
  {
    name: 'a directory renamed in a later layer',
    layers: [files('/old', 3, 100), [gone('/old'), ...files('/new', 3, 100)]],
    answer: { deleted: 300, visible: 300, dive: [600, 600, 0] },
  },
  {
    name: 'a directory copied',
    layers: [files('/one', 3, 100), files('/two', 3, 100)],
    answer: { duplicate: 300, visible: 600, dive: [600, 600, 0] },
  },
  // Hard links.
  {
    name: 'two names of one file, one removed',
    layers: [[file('/a', bytes(100)), hardlink('/b', '/a')], [gone('/b')]],
    answer: { visible: 100, dive: [100, 100, 0] },
  },
  {
    name: 'two names of one file, the first removed',
    layers: [[file('/a', bytes(100)), hardlink('/b', '/a')], [gone('/a')]],
    answer: { visible: 100, dive: [0, 100, 100] },
  },
  {
    name: 'two names of one file, both removed by one layer',
    layers: [
      [file('/a', bytes(100)), hardlink('/b', '/a')],
      [gone('/a'), gone('/b')],
    ],
    answer: { deleted: 100, visible: 0, dive: [0, 100, 100] },
  },
  {
    name: 'two names of one file, removed one after the other',
    layers: [[file('/a', bytes(100)), hardlink('/b', '/a')], [gone('/a')], [gone('/b')]],
    answer: { deleted: 100, visible: 0, dive: [0, 100, 100] },
  },
  {
    name: 'a link in a later layer keeps a removed file',
    layers: [[file('/a', bytes(100))], [hardlink('/b', '/a')], [gone('/a')]],
    answer: { visible: 100, dive: [0, 100, 100] },
  },
  {
    name: 'chmod of a file with two names copies it once',
    layers: [
      [file('/a', bytes(100)), hardlink('/b', '/a')],
      [file('/a', bytes(100), { mode: 0o600 }), hardlink('/b', '/a')],
    ],
    answer: { metadataOnly: 100, visible: 100, dive: [100, 200, 200] },
  },
  {
    name: 'one name of a file rewritten, the other keeps the old content',
    layers: [[file('/a', bytes(100)), hardlink('/b', '/a')], [file('/a', bytes(60, 'c'))]],
    answer: { visible: 160, dive: [60, 160, 160] },
  },
  {
    name: 'names of one file are no duplicates',
    layers: [[file('/a', bytes(100)), hardlink('/b', '/a'), hardlink('/c', '/a')]],
    answer: { visible: 100, dive: [100, 100, 0] },
  },
  {
    name: 'three copies: two are too many',
    layers: [[file('/a', bytes(100)), file('/b', bytes(100)), file('/c', bytes(100))]],
    answer: { duplicate: 200, visible: 300, dive: [300, 300, 0] },
  },
  // Caches.
  {
    name: 'package lists left behind',
    layers: [[...files('/var/lib/apt/lists', 3, 100), file('/usr/bin/x', bytes(10))]],
    answer: { caches: 300, visible: 310, dive: [310, 310, 0] },
  },
  {
    name: 'package lists removed too late are deleted, not left over',
    layers: [files('/var/lib/apt/lists', 3, 100), [gone('/var/lib/apt/lists')]],
    answer: { deleted: 300, visible: 0, dive: [300, 300, 0] },
  },
  {
    name: 'caches of pip, npm, go, cargo and apk, and compiled Python',
    layers: [
      [
        file('/root/.cache/pip/http/a', bytes(10, 'a')),
        file('/home/app/.npm/_cacache/b', bytes(20, 'b')),
        file('/go/pkg/mod/cache/c', bytes(30, 'c')),
        file('/usr/local/cargo/registry/d', bytes(40, 'd')),
        file('/var/cache/apk/e', bytes(50, 'e')),
        file('/usr/lib/python3/__pycache__/f.pyc', bytes(60, 'f')),
        file('/usr/lib/python3/f.py', bytes(70, 'g')),
      ],
    ],
    answer: { caches: 210, visible: 280, dive: [280, 280, 0] },
  },
  {
    name: 'no layers',
    layers: [],
    answer: { visible: 0, dive: [1, 1, 0] },
  },
  {
    name: 'empty layers between',
    layers: [[file('/a', bytes(100))], [], [gone('/a')], []],
    answer: { deleted: 100, visible: 0, dive: [0, 100, 100] },
  },
]

function owned(entry: Entry, uid: number): Entry {
  return 'meta' in entry ? { ...entry, meta: { ...entry.meta, uid } } : entry
}

test('waste is what was worked out by hand, to the byte, and so is dive', async (t) => {
  assert.ok(rows.length >= 40)
  for (const { name, layers, answer } of rows)
    await t.test(name, () => {
      using store = openTestStore()
      const indexes = layers.map((entries) => store.index(store.add(tree(...entries))))
      const { classes, totals, dive, items } = studyStrata(createStrata(indexes))
      const { deleted = 0, overwritten = 0, metadataOnly = 0, duplicate = 0, caches = 0 } = answer
      assert.deepEqual(classes, { deleted, overwritten, metadataOnly, duplicate, caches })
      const shipped = indexes.reduce((sum, { contentSize }) => sum + contentSize, 0)
      assert.deepEqual(
        [totals.shippedBytes, totals.visibleBytes, totals.reclaimableBytes],
        [shipped, answer.visible, deleted + overwritten + metadataOnly],
      )
      assert.equal(totals.shippedBytes, totals.visibleBytes + totals.reclaimableBytes)
      const [least, sum, wasted] = answer.dive
      assert.deepEqual([dive.efficiency, dive.wastedBytes], [least / sum, wasted])
      for (const [name, total] of Object.entries(classes)) {
        const own = items.filter((item) => item.class === name)
        assert.equal(
          own.reduce((sum, { bytes }) => sum + bytes, 0),
          total,
          `items of ${name}`,
        )
      }
    })
})

test('a removed directory is one item, with the layers that brought and hid it', () => {
  using store = openTestStore()
  const layers = [s, files('/srv/data', 2_000, 10), [gone('/srv/data')]]
  const strata = createStrata(layers.map((entries) => store.index(store.add(tree(...entries)))))
  assert.deepEqual(studyStrata(strata).items, [
    {
      class: 'deleted',
      path: '/srv/data',
      directory: true,
      files: 2_000,
      bytes: 20_000,
      broughtBy: 1,
      hiddenBy: 2,
    },
  ])
})
