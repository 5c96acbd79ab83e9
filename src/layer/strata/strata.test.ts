// The strata against the stack: for heaps of random layers, what stands at every height is what stacking those layers shows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePaths, toRootPath } from '../../core/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { dir, file, gone, hardlink, opaque, symlink, tree } from '../../testing/tree.ts'
import type { Entry } from '../entry.ts'
import type { LayerIndex } from '../layer-index.ts'
import { mergeStack } from '../stack.ts'
import { cellKinds, createStrata, findNode, nodeName, nodePath, type Strata, standing } from './index.ts'

/** A generator of numbers below `limit`, the same for the same seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const names = ['a', 'b', 'a.b', 'é', 'a-b']

function randomLayer(below: (limit: number) => number): Entry[] {
  const chosen = new Map<string, Entry[]>()
  const path = (): string =>
    `/${Array.from({ length: 1 + below(3) }, () => names[below(names.length)]).join('/')}`
  for (let i = 0; i < 1 + below(8); i++) {
    const at = path()
    const entries: Entry[] = []
    if (below(5) === 0) entries.push(gone(at))
    switch (below(7)) {
      case 0:
        entries.push(dir(at, { mode: 0o700 + below(8) }))
        break
      case 1:
        entries.push(dir(at), opaque(at))
        break
      case 2:
        entries.push(symlink(at, 'a'))
        break
      case 3:
        entries.push(hardlink(at, path()))
        break
      case 4:
        if (entries.length === 0) entries.push(below(3) === 0 ? opaque(at) : gone(at))
        break
      default:
        entries.push(file(at, 'x'.repeat(below(5))))
    }
    chosen.set(at, entries)
  }
  // Nothing lies below what is no directory, and links lead to files.
  const solid = (at: string): boolean =>
    chosen.get(at)?.some(({ kind }) => !['directory', 'opaque', 'whiteout'].includes(kind)) ?? false
  const kept = [...chosen].filter(([at]) =>
    at.split('/').every((_, i, parts) => i < 2 || !solid(parts.slice(0, i).join('/'))),
  )
  return tree(
    ...kept.flatMap(([, entries]) =>
      entries.filter(
        (entry) => entry.kind !== 'hardlink' || chosen.get(entry.target)?.[0]?.kind !== 'directory',
      ),
    ),
  )
}

function shown(strata: Strata, height: number): string[] {
  const paths: string[] = []
  for (let node = 0; node < strata.length; node++) {
    const cell = standing(strata, node, height)
    if (cell < 0) continue
    const kind = cellKinds[strata.kind[strata.inode[cell]!]!]!
    const inode = kind === 'directory' || kind === 'implied' ? '' : inodeOf(strata, strata.inode[cell]!)
    paths.push(`${nodePath(strata, node)} ${kind === 'implied' ? 'directory' : kind} ${inode}`)
  }
  return paths
}

function inodeOf({ layer, row }: Strata, cell: number): string {
  return `${layer[cell]}:${row[cell]}`
}

function stacked(indexes: readonly LayerIndex[]): string[] {
  return [...mergeStack(indexes).walk(toRootPath('/'))].map(
    ({ node, inode }) => `${node.path} ${node.kind} ${node.kind === 'directory' ? '' : inode}`,
  )
}

test('what stands at every height is what stacking that many layers shows', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const below = randomNumbers(seed)
    using store = openTestStore()
    const ids: LayerIndex[] = []
    for (let i = 0; i < 2 + below(5); i++) {
      try {
        ids.push(store.index(store.add(randomLayer(below))))
      } catch (thrown) {
        // A link to itself or to a directory: no such layer can come to be.
        assert.match(String(thrown), /hard link/)
      }
    }
    const strata = createStrata(ids)
    for (let height = 0; height <= ids.length; height++)
      assert.deepEqual(
        shown(strata, height),
        height === 0 ? [] : stacked(ids.slice(0, height)),
        `seed ${seed}, ${height} layers`,
      )
  }
})

test('layers set apart start anew: two images in one table', () => {
  using store = openTestStore()
  const layer = (...entries: Entry[]): LayerIndex => store.index(store.add(tree(...entries)))
  const a = [layer(file('/one', '1'), dir('/d'), file('/d/x', '1')), layer(gone('/one'))]
  const b = [layer(file('/one', '2')), layer(file('/d/y', '2'))]
  const strata = createStrata([...a, ...b], [2])
  assert.deepEqual(
    shown(strata, 2).map((line) => line.split(' ')[0]),
    ['/', '/d', '/d/x'],
  )
  assert.deepEqual(
    shown(strata, 3).map((line) => line.split(' ')[0]),
    ['/', '/one'],
  )
  assert.deepEqual(
    shown(strata, 4).map((line) => line.split(' ')[0]),
    ['/', '/d', '/d/y', '/one'],
  )
})

test('more layers than can be numbered are refused', () => {
  using store = openTestStore()
  const index = store.index(store.add(tree(file('/one', '1'))))
  assert.throws(() => createStrata(new Array<LayerIndex>(70_000).fill(index)), { code: 'image.layers' })
})

test('nodes are found by path, named and in walk order', () => {
  using store = openTestStore()
  const index = store.index(
    store.add(tree(file('/a/b', ''), file('/a.b', ''), file('/é/ü', ''), file('/z', ''))),
  )
  const strata = createStrata([index])
  const paths = Array.from({ length: strata.length }, (_, node) => nodePath(strata, node))
  assert.deepEqual(paths, ['/', '/a', '/a/b', '/a.b', '/z', '/é', '/é/ü'])
  assert.deepEqual(paths, paths.toSorted(comparePaths))
  for (const [node, path] of paths.entries()) {
    assert.equal(findNode(strata, path), node)
    assert.equal(nodeName(strata, node), path.slice(path.lastIndexOf('/') + 1))
  }
  assert.equal(findNode(strata, toRootPath('/nowhere')), -1)
})
