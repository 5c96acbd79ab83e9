// Images whose waste was worked out by hand, to the byte: files written again, replaced by other kinds, linked, copied and left behind.
import type { Entry } from '../../layer/index.ts'
import { dir, file, gone, hardlink, symlink } from '../../testing/tree.ts'
import { bytes, files, holdToAnswers, s } from '../../testing/worked-out.ts'

holdToAnswers([
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
])

function owned(entry: Entry, uid: number): Entry {
  return 'meta' in entry ? { ...entry, meta: { ...entry.meta, uid } } : entry
}
