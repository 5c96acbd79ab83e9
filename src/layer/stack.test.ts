import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { isFault, type RootPath, rootPath, toRootPath } from '../core/index.ts'
import { dir, file, gone, hardlink, opaque, symlink, tree } from '../testing/tree.ts'
import {
  createStack,
  decompress,
  detectCompression,
  type Entry,
  type LayerIndex,
  packLayer,
  resolvePath,
} from './index.ts'

function layer(...entries: readonly Entry[]): LayerIndex {
  const run = packLayer(tree(...entries), {
    read: ({ content }) => (content.in === 'memory' ? [content.bytes] : []),
    write: () => {},
  })
  for (;;) {
    const next = run.next()
    if (next.done) return next.value.index
  }
}
const stackOf = (...layers: readonly LayerIndex[]) => createStack(layers, () => [])
const paths = (...layers: readonly LayerIndex[]): string[] =>
  [...stackOf(...layers).walk(rootPath)].map(({ node }) => `${node.kind} ${node.path}`).slice(1)
async function gather(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const piece of source) all.push(piece)
  return all
}
const p = (text: string): RootPath => toRootPath(text)

describe('stacks', () => {
  const base = layer(
    dir('/d', { mode: 0o700 }),
    file('/d/a', '1'),
    dir('/d/e'),
    file('/d/e/b', '2'),
    file('/f', '3'),
  )

  test('whiteouts hide files and whole directories', () => {
    assert.deepEqual(paths(base, layer(gone('/d'))), ['file /f'])
    assert.deepEqual(paths(base, layer(gone('/d/e'), gone('/f'))), ['directory /d', 'file /d/a'])
  })

  test('a whiteout and what is made anew in one layer', () => {
    assert.deepEqual(paths(base, layer(gone('/d'), dir('/d'), file('/d/n'))), [
      'directory /d',
      'file /d/n',
      'file /f',
    ])
    assert.deepEqual(paths(base, layer(gone('/f'), file('/f'))).at(-1), 'file /f')
  })

  test('opaque directories hide what is below them, in layers above too', () => {
    const top = layer(dir('/d'), opaque('/d'), file('/d/n'))
    assert.deepEqual(paths(base, top), ['directory /d', 'file /d/n', 'file /f'])
    assert.deepEqual(paths(base, top, layer(file('/d/m'))), [
      'directory /d',
      'file /d/m',
      'file /d/n',
      'file /f',
    ])
  })

  test('a directory takes the place of a file and the other way round', () => {
    assert.deepEqual(paths(base, layer(file('/d'))), ['file /d', 'file /f'])
    const replaced = [base, layer(file('/d')), layer(dir('/d'), file('/d/z'))]
    assert.deepEqual(paths(...replaced), ['directory /d', 'file /d/z', 'file /f'])
  })

  test('implied directories have the metadata of lower layers, else the default', () => {
    const stack = stackOf(base, layer(file('/d/n'), file('/new/x')))
    const modes = ['/d', '/new'].map((path) => {
      const node = stack.lookup(p(path))?.node
      return node?.kind === 'directory' ? [node.meta.mode, node.meta.mtime === 0n] : undefined
    })
    assert.deepEqual(modes, [
      [0o700, false],
      [0o755, true],
    ])
    assert.deepEqual(
      [stack.origin(p('/d')), stack.origin(p('/d/n')), stack.origin(p('/nothing'))],
      [0, 1, undefined],
    )
  })

  test('hard links lead to their own layer or to a lower one and share an inode', () => {
    const stack = stackOf(base, layer(hardlink('/h', '/d/a')), layer(file('/d/a', 'other')))
    assert.equal(stack.lookup(p('/h'))?.inode, stackOf(base).lookup(p('/d/a'))?.inode)
    assert.notEqual(stack.lookup(p('/h'))?.inode, stack.lookup(p('/d/a'))?.inode)
    assert.equal(stackOf(base, layer(hardlink('/h', '/missing'))).lookup(p('/h')), undefined)
  })

  test('symlinks are resolved inside the root and a circle faults', () => {
    const stack = stackOf(
      layer(dir('/a'), symlink('/a/up', '../../../b'), symlink('/b', '/a'), symlink('/l', 'l')),
    )
    assert.equal(resolvePath(stack, p('/a/up/x/y'), 'all'), '/a/x/y')
    assert.equal(resolvePath(stack, p('/b'), 'parents'), '/b')
    assert.throws(
      () => resolvePath(stack, p('/l'), 'all'),
      (error) => isFault(error) && error.code === 'path.invalid',
    )
  })

  test('a layer holds no name that would be read as a deletion', () => {
    for (const entry of [file('/d/.wh.a'), dir('/.wh.d'), file('/.wh..wh.plnk/x')])
      assert.throws(
        () => layer(entry),
        (error) => isFault(error) && error.code === 'path.invalid',
      )
    assert.equal(layer(file('/.wh.d/a')).length, 1)
  })

  test('compressed bytes come back, and damage faults', async () => {
    const plain = Buffer.alloc(300_000, 'layer')
    const packings = { plain, gzip: gzipSync(plain), zstd: zstdWithChecksum(plain) }
    for (const [kind, packed] of Object.entries(packings) as [keyof typeof packings, Buffer][]) {
      assert.equal(detectCompression(packed), kind)
      assert.ok(Buffer.concat(await gather(decompress(kind, [packed]))).equals(plain), kind)
      if (kind === 'plain') continue
      const twice = await gather(decompress(kind, [packed, packed]))
      assert.equal(Buffer.concat(twice).length, plain.length * 2, `${kind} members`)
      const cut = gather(decompress(kind, [packed.subarray(0, packed.length - 9)]))
      await assert.rejects(cut, (error) => isFault(error) && error.code === 'compression.invalid', kind)
    }
  })
})

function zstdWithChecksum(bytes: Buffer): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
}
