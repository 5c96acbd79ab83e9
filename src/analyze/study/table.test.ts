// Images whose waste was worked out by hand, to the byte: what each class should hold, what is to be seen in the end, and what dive's
// formula makes of it. `s` is one small file of 1,000 bytes in the lowest layer, `big` has 50,000; the ratios are those of a 50 MB file
// on a base of 1 MB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrata } from '../../layer/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { dir, file, gone, hardlink, opaque, symlink, tree } from '../../testing/tree.ts'
import { big, bytes, files, holdToAnswers, s } from '../../testing/worked-out.ts'
import { studyStrata } from './study.ts'

holdToAnswers([
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
])

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
