// Laws of layers, with a small seeded generator of entries.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { comparePaths, joinPath, type RootPath, rootPath } from '../core/index.ts'
import { randomLayer as generate, picture, seeded } from '../testing/random-layer.ts'
import { file } from '../testing/tree.ts'
import {
  type ContentReader,
  compareViews,
  createIndexer,
  createStack,
  decodeIndex,
  type Entry,
  encodeIndex,
  type FileEntry,
  type LayerIndex,
  packLayer,
} from './index.ts'

interface Packed {
  readonly tar: Buffer
  readonly index: LayerIndex
}

const fromMemory: ContentReader = (entry) => {
  assert.equal(entry.content.in, 'memory')
  return entry.content.in === 'memory' ? [entry.content.bytes] : []
}

function pack(entries: Iterable<Entry>, read: ContentReader = fromMemory, over?: Packed): Packed {
  const chunks: Buffer[] = []
  const earlier = over && {
    index: over.index,
    read: (from: number, to: number) => [over.tar.subarray(from, to)],
  }
  const run = packLayer(entries, { read, earlier, write: (chunk) => chunks.push(Buffer.from(chunk)) })
  for (;;) {
    const next = run.next()
    if (next.done) return { tar: Buffer.concat(chunks), index: next.value.index }
  }
}

function parse(tar: Buffer, step = tar.length || 1): LayerIndex {
  const indexer = createIndexer()
  for (let at = 0; at < tar.length; at += step) indexer.push(tar.subarray(at, at + step))
  return indexer.end().index
}

function reader(tars: readonly Packed[]): ContentReader {
  return (entry: FileEntry) => {
    const { content } = entry
    if (content.in === 'memory') return [content.bytes]
    assert.equal(content.in, 'layer')
    if (content.in !== 'layer') return []
    const tar = tars.find(({ index }) => index.diffId === content.layer)!.tar
    return [tar.subarray(content.offset, content.offset + entry.size)]
  }
}

function rows(index: LayerIndex): Entry[] {
  return Array.from({ length: index.length }, (_, row) => index.at(row))
}

/** Without where the content is, which is all that a tar changes. */
function bare(entries: readonly Entry[]): unknown[] {
  return entries.map((entry) => (entry.kind === 'file' ? { ...entry, content: undefined } : entry))
}

/** Some of the entries dropped, some changed, some of others added. */
function edit(entries: readonly Entry[], others: readonly Entry[], pick: (below: number) => number): Entry[] {
  const result = new Map<RootPath, Entry[]>()
  const heavy = pick(4) === 0
  for (const entry of entries) {
    const at = result.get(entry.path) ?? []
    const chance = pick(heavy ? 4 : 40)
    if (chance === 0 && entry.kind !== 'directory') continue
    if (chance === 1 && 'meta' in entry)
      at.push({ ...entry, meta: { ...entry.meta, mtime: entry.meta.mtime + 1n } })
    else if (chance === 2 && entry.kind === 'file')
      at.push(file(entry.path, 'w'.repeat(pick(2000)), { mode: entry.meta.mode }))
    else at.push(entry)
    result.set(entry.path, at)
  }
  const stands = (path: RootPath): boolean =>
    result.get(path)?.some(({ kind }) => kind === 'directory') ?? false
  for (const entry of others) {
    const parent = entry.path.slice(0, entry.path.lastIndexOf('/')) as RootPath
    if (entry.kind === 'hardlink' || result.has(entry.path) || pick(3) > 0) continue
    if (parent === '' || stands(parent)) result.set(entry.path, [entry])
  }
  const kept = [...result.values()].flat()
  const files = new Set(kept.filter(({ kind }) => kind === 'file').map(({ path }) => path))
  return kept
    .filter((entry) => entry.kind !== 'hardlink' || files.has(entry.target))
    .sort((a, b) => comparePaths(a.path, b.path))
}

describe('laws of layers', () => {
  test('what was packed is parsed as it was, in pieces of any size, and the index is the same', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const entries = generate(seed, { removals: true })
      const packed = pack(entries)
      assert.deepEqual(bare(rows(packed.index)), bare(entries), `seed ${seed}`)
      for (const step of [packed.tar.length, 511, 700]) {
        const index = parse(packed.tar, step)
        assert.deepEqual(encodeIndex(index), encodeIndex(packed.index), `seed ${seed}, pieces of ${step}`)
      }
    }
  })

  test('a tar written again from its index has the same bytes', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const packed = pack(generate(seed, { removals: true }))
      const again = pack(rows(decodeIndex(encodeIndex(packed.index))), reader([packed]))
      assert.ok(again.tar.equals(packed.tar), `seed ${seed}`)
    }
  })

  test('a layer packed over an earlier one has the bytes and the index that it has alone', () => {
    let copied = 0
    for (let seed = 1; seed <= 300; seed++) {
      const before = pack(generate(seed, { removals: true }))
      const entries = edit(rows(before.index), generate(seed + 5000, { removals: true }), seeded(seed))
      const read: string[] = []
      const watched: ContentReader = (file) => {
        read.push(file.path)
        return reader([before])(file)
      }
      const alone = pack(entries, reader([before]))
      const over = pack(entries, watched, seed % 2 ? before : { ...before, index: parse(before.tar) })
      assert.ok(over.tar.equals(alone.tar), `seed ${seed}`)
      assert.deepEqual(encodeIndex(over.index), encodeIndex(alone.index), `seed ${seed}`)
      copied += entries.filter(({ kind, path }) => kind === 'file' && !read.includes(path)).length
    }
    assert.ok(copied > 1000, `${copied} files were copied in runs`)
  })

  test('the changes between two trees, laid over the first, give the second', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const [a, b] = [
        pack(generate(seed, { removals: false })),
        pack(generate(seed % 3 ? seed + 1 : seed, { removals: false })),
      ]
      const c = pack(generate(seed + 7000, { removals: true }))
      const lower = createStack([a.index], reader([a]))
      for (const tops of [[b], [a, c], [b, c]]) {
        const upper = createStack(
          tops.map(({ index }) => index),
          reader(tops),
        )
        const change = pack(compareViews(lower, upper), reader([a, b, c]))
        const result = createStack([a.index, change.index], reader([a, change]))
        assert.deepEqual(picture(result), picture(upper), `seed ${seed}`)
      }
    }
  })

  test('comparing a tree with itself gives nothing', () => {
    const a = pack(generate(5, { removals: false }))
    const view = createStack([a.index], reader([a]))
    assert.deepEqual([...compareViews(view, view)], [])
  })

  test('list, lookup and walk agree, and so do children, names and subtree', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const layers = [seed, seed + 500, seed + 900].map(
        (one) => pack(generate(one, { removals: true })).index,
      )
      const stack = createStack(layers, fromMemory)
      const walked = [...stack.walk(rootPath)].map(({ node }) => node.path)
      assert.deepEqual(walked, [...walked].sort(comparePaths))
      const listed: RootPath[] = []
      const visit = (path: RootPath): void => {
        listed.push(path)
        for (const name of stack.list(path))
          if (stack.lookup(joinPath(path, name))) visit(joinPath(path, name))
      }
      visit(rootPath)
      assert.deepEqual(walked, listed)
      for (const index of layers) {
        const all = rows(index)
        for (const entry of all) {
          const [from, to] = index.subtree(entry.path)
          const below = all.filter((e) => e.path === entry.path || e.path.startsWith(`${entry.path}/`))
          assert.deepEqual(
            below.map((e) => e.path),
            all.slice(from, to).map((e) => e.path),
          )
        }
      }
    }
  })
})
