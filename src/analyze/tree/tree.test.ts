// The tree as faces walk it: marks between any two heights, sizes, what is drawn, searches, versions of a path.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrata, type Entry } from '../../layer/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { dir, file, gone, hardlink, opaque, symlink, tree } from '../../testing/tree.ts'
import { findHidden } from '../study/hidden.ts'
import { createLayerTree, type LayerTree } from './tree.ts'
import type { Mark, TreeView } from './types.ts'

function treeOf(...layers: readonly (readonly Entry[])[]): LayerTree {
  using store = openTestStore()
  const strata = createStrata(layers.map((entries) => store.index(store.add(tree(...entries)))))
  return createLayerTree(strata, findHidden(strata))
}

const image = treeOf(
  [dir('/etc'), file('/etc/hosts', 'aaaa'), file('/etc/passwd', 'bb'), dir('/srv'), symlink('/link', 'etc')],
  [
    dir('/srv/data'),
    file('/srv/data/one', '1'),
    file('/srv/data/two', '22'),
    hardlink('/srv/hard', '/srv/data/two'),
  ],
  [file('/etc/hosts', 'aaaa', { mode: 0o600 }), file('/etc/passwd', 'ccc'), gone('/srv/data/one')],
  [gone('/srv/data'), dir('/étc'), file('/étc/Ünï.conf', 'x')],
)

function marks(view: TreeView): Record<string, Mark> {
  return Object.fromEntries([...view.outline()].map((id) => [view.get(id).path, view.get(id).mark]))
}

const paths = (view: TreeView, ids: Iterable<number>): string[] => [...ids].map((id) => view.get(id).path)

test("one layer's changes, with directories marked by what is in them", () => {
  assert.deepEqual(marks(image.view({ lower: 2, upper: 3 })), {
    '/etc': 'modified',
    '/etc/hosts': 'attributesOnly',
    '/etc/passwd': 'modified',
    '/link': 'unmodified',
    '/srv': 'modified',
    '/srv/data': 'modified',
    '/srv/data/one': 'removed',
    '/srv/data/two': 'unmodified',
    '/srv/hard': 'unmodified',
  })
})

test('any two heights: what came and went between them does not show', () => {
  const view = image.view({ lower: 1, upper: 4 })
  assert.deepEqual(marks(view), {
    '/etc': 'modified',
    '/etc/hosts': 'attributesOnly',
    '/etc/passwd': 'modified',
    '/link': 'unmodified',
    '/srv': 'modified',
    '/srv/hard': 'added',
    '/étc': 'added',
    '/étc/Ünï.conf': 'added',
  })
  assert.deepEqual(view.counts, { unmodified: 3, added: 3, modified: 1, attributesOnly: 1, removed: 0 })
  assert.equal(view.length, 8)
})

test('a directory whose files changed in attributes alone is marked so', () => {
  const one = treeOf([dir('/d'), file('/d/f', 'x')], [file('/d/f', 'x', { uid: 5 })])
  assert.deepEqual(marks(one.view({ lower: 1, upper: 2 })), {
    '/d': 'attributesOnly',
    '/d/f': 'attributesOnly',
  })
})

test('sizes count a file once, and leave out what is removed', () => {
  const now = image.view({ lower: 2, upper: 3 })
  const size = (path: string): number => now.get(now.find(path)!).subtreeSize
  assert.equal(size('/etc'), 7)
  assert.equal(size('/srv/data'), 2)
  assert.equal(size('/srv'), 2)
  const end = image.view({ lower: 3, upper: 4 })
  assert.equal(end.get(end.find('/srv')!).subtreeSize, 2)
  assert.equal(end.get(end.find('/srv/hard')!).size, 2)
  assert.equal(end.get(end.find('/srv/data')!).removedBy, 3)
  assert.equal(end.get(end.find('/srv/data')!).subtreeSize, 2)
})

test('waste is what the whole image does not show, at and below a path', () => {
  const view = image.view({ lower: 4, upper: 4 })
  const waste = (path: string): number => view.get(view.find(path)!).waste
  assert.equal(waste('/etc'), 4 + 2)
  // The second file has another name that stays.
  assert.equal(waste('/srv'), 1)
  assert.equal(waste('/'), 7)
})

test('the outline: by name and by size, collapsed, with marks hidden, cut to a search', () => {
  const view = image.view({ lower: 2, upper: 3 })
  assert.deepEqual(paths(view, view.outline({ order: 'size' })).slice(0, 4), [
    '/etc',
    '/etc/hosts',
    '/etc/passwd',
    '/srv',
  ])
  assert.deepEqual(
    paths(view, view.outline({ collapsed: new Set([view.find('/etc')!, view.find('/srv')!]) })),
    ['/etc', '/link', '/srv'],
  )
  assert.deepEqual(paths(view, view.outline({ hide: new Set<Mark>(['unmodified', 'modified']) })), [
    '/etc',
    '/etc/hosts',
    '/srv',
    '/srv/data',
    '/srv/data/one',
  ])
  assert.deepEqual(paths(view, view.outline({ only: view.search({ text: 'data' }) })), [
    '/srv',
    '/srv/data',
    '/srv/data/one',
    '/srv/data/two',
  ])
  assert.deepEqual(paths(view, view.outline({ only: new Uint32Array(0) })), [])
})

test('children are those of the view, largest first where asked', () => {
  const view = image.view({ lower: 4, upper: 4 })
  assert.deepEqual(paths(view, view.children(0)), ['/etc', '/link', '/srv', '/étc'])
  assert.deepEqual(paths(view, view.children(0, 'size')), ['/etc', '/srv', '/étc', '/link'])
})

test('searches: substring, glob and regular expression, with and without case', () => {
  const view = image.view({ lower: 0, upper: 4 })
  const found = (text: string, as?: 'substring' | 'glob' | 'regex'): string[] =>
    paths(view, view.search({ text, as }))
  assert.deepEqual(found('tc/'), ['/etc/hosts', '/etc/passwd', '/étc/Ünï.conf'])
  assert.deepEqual(found('HOSTS'), [])
  assert.deepEqual(found('ünï'), ['/étc/Ünï.conf'])
  assert.deepEqual(paths(view, view.search({ text: 'HOSTS', caseSensitive: false })), ['/etc/hosts'])
  assert.deepEqual(found('*.conf', 'glob'), ['/étc/Ünï.conf'])
  assert.deepEqual(found('/*/h*', 'glob'), ['/etc/hosts', '/srv/hard'])
  assert.deepEqual(found('^/.tc/.{5}$', 'regex'), ['/etc/hosts'])
  assert.deepEqual(found('', 'regex'), [])
  // What this view does not show is not found.
  assert.deepEqual(found('data'), [])
  assert.throws(() => found('(', 'regex'), { code: 'usage.invalid' })
})

test('the versions of a path, with what hides each', () => {
  const id = image.view({ lower: 4, upper: 4 }).find('/etc/hosts')!
  assert.deepEqual(
    image.versions(id).map(({ layer, kind, mode, hiddenBy }) => ({ layer, kind, mode, hiddenBy })),
    [
      { layer: 0, kind: 'file', mode: 0o644, hiddenBy: 2 },
      { layer: 2, kind: 'file', mode: 0o600, hiddenBy: undefined },
    ],
  )
  const cleared = treeOf([file('/d/x', '1')], [dir('/d'), opaque('/d')], [gone('/d')])
  assert.deepEqual(
    cleared.versions(1).map(({ kind, clears, hiddenBy }) => ({ kind, clears, hiddenBy })),
    [
      { kind: 'implied', clears: false, hiddenBy: 1 },
      { kind: 'directory', clears: true, hiddenBy: 2 },
      { kind: 'whiteout', clears: true, hiddenBy: undefined },
    ],
  )
})

test('heights that are not there fault', () => {
  assert.throws(() => image.view({ lower: 0, upper: 5 }), { code: 'usage.invalid' })
  assert.throws(() => image.view({ lower: -1, upper: 2 }), { code: 'usage.invalid' })
  assert.throws(() => image.view({ lower: 0, upper: 1 }).get(999), { code: 'usage.invalid' })
})
