// Images are judged by the kernel: they are mounted and walked, where this machine can do that.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { asDiffId, digestOfHex, pathBytes, pathText, type RootPath, toRootPath } from '../../core/index.ts'
import { openKernel } from '../../kernel/index.ts'
import { device, dir, fifo, file, gone, hardlink, meta, opaque, symlink, tree } from '../../testing/tree.ts'
import type { Entry, FileEntry } from '../entry.ts'
import { type ErofsInput, headLength, parseErofsHead, writeErofs } from './index.ts'

const layer = asDiffId(digestOfHex('0'.repeat(64)))
const opaqueXattr = 'trusted.test.opaque'
const bytesOf = (entry: FileEntry) => (entry.content.in === 'memory' ? [entry.content.bytes] : [])
const image = (entries: Entry[], input: Partial<ErofsInput> = {}) =>
  writeErofs({ entries, devices: [], read: bytesOf, implied: () => undefined, opaqueXattr, ...input })

const kernel = openKernel()
const able = kernel.can['mount-erofs-file'] === true && kernel.can['private-mounts'] === true
const skip = able ? false : String(kernel.can['mount-erofs-file'])

function mounted(bytes: Buffer, devices: readonly string[], look: (root: string) => void): void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  kernel.privateMounts()
  const root = path.join(directory, 'root')
  fs.mkdirSync(root)
  fs.writeFileSync(path.join(directory, 'image'), bytes)
  try {
    kernel.mountErofs(path.join(directory, 'image'), root, devices)
    look(root)
  } finally {
    kernel.unmount(root)
    fs.rmSync(directory, { recursive: true })
  }
}

test('every kind of entry is there when mounted', { skip }, () => {
  const xattrs = {
    'user.a': 'b',
    'security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex'),
  }
  const entries = tree(
    dir('/', { mode: 0o711, uid: 5, gid: 6 }),
    dir('/d', { mode: 0o1777, mtime: 1_500_000_000_123_456_789n }),
    file('/d/f', 'hello', { mode: 0o4755, uid: 100_000, gid: 70_000, xattrs }),
    hardlink('/d/g', '/d/f'),
    hardlink('/d/another', '/d/g'),
    symlink('/d/s', 'x'.repeat(700)),
    symlink('/d/t', 'f', { mtime: -1n }),
    fifo('/d/p', { mode: 0o600 }),
    device('/d/tty', 'char', 4, 300, { mode: 0o620 }),
    device('/d/sda', 'block', 8, 1),
    file('/empty'),
    file('/implied/deep/file', 'x'),
  )
  mounted(image(entries, { implied: () => meta({ uid: 9 }, 0o700) }), [], (root) => {
    const stat = (name: string) => fs.lstatSync(path.join(root, name), { bigint: true })
    assert.deepEqual([stat('.').mode, stat('.').uid, stat('.').gid], [0o040711n, 5n, 6n])
    assert.equal(stat('d').mtimeNs, 1_500_000_000_123_456_789n)
    assert.equal(stat('d').mode, 0o041777n)
    assert.equal(stat('.').nlink, 4n)
    assert.equal(fs.readFileSync(path.join(root, 'd/f'), 'utf8'), 'hello')
    assert.deepEqual([stat('d/f').mode, stat('d/f').uid, stat('d/f').gid], [0o104755n, 100_000n, 70_000n])
    assert.equal(stat('d/f').nlink, 3n)
    assert.equal(stat('d/f').ino, stat('d/another').ino)
    assert.deepEqual(
      [...kernel.readXattrs(path.join(root, 'd/f'))!].map(([name, value]) => [
        name,
        Buffer.from(value).toString('hex'),
      ]),
      [
        ['security.capability', '0100000200200000000000000000000000000000'],
        ['user.a', '62'],
      ],
    )
    assert.equal(fs.readlinkSync(path.join(root, 'd/s')), 'x'.repeat(700))
    assert.equal(fs.readlinkSync(path.join(root, 'd/t')), 'f')
    assert.equal(stat('d/t').mtimeNs, -1n)
    assert.ok(stat('d/p').isFIFO())
    assert.equal(stat('d/tty').rdev, BigInt((4 << 8) | 0x2c | (0x100 << 12)))
    assert.ok(stat('d/sda').isBlockDevice())
    assert.equal(stat('empty').size, 0n)
    assert.deepEqual([stat('implied/deep').mode, stat('implied').uid], [0o040700n, 9n])
    assert.deepEqual(fs.readdirSync(path.join(root, 'd')), ['another', 'f', 'g', 'p', 's', 'sda', 't', 'tty'])
  })
})

test('removals are what overlays read', { skip }, () => {
  const entries = tree(gone('/a'), gone('/b'), dir('/c'), opaque('/c'), gone('/d'), dir('/d'), gone('/e/f'))
  mounted(image(entries), [], (root) => {
    const stat = fs.lstatSync(path.join(root, 'a'))
    assert.ok(stat.isCharacterDevice() && stat.rdev === 0)
    assert.equal(stat.ino, fs.lstatSync(path.join(root, 'e/f')).ino)
    for (const name of ['c', 'd'])
      assert.deepEqual([...kernel.readXattrs(path.join(root, name))!.keys()], [opaqueXattr])
    assert.equal(kernel.readXattrs(path.join(root, 'e')), undefined)
  })
})

test('large directories with names of all bytes and lengths are found', { skip }, () => {
  const names = [' ', '!', '-', '.-', '..!', '..a', '.a', '0', 'é', '\u{1f600}', '\ufffd', 'z'.repeat(255)]
  names.push(...Array.from({ length: 3000 }, (_, i) => `n${i}`), pathText(Buffer.of(0xff, 0x41)))
  const entries = tree(...names.map((name) => file(`/d/${name}`)))
  mounted(image(entries), [], (root) => {
    const listed = fs.readdirSync(Buffer.from(path.join(root, 'd')), { encoding: 'buffer' })
    assert.deepEqual(listed.map(pathText).sort(), [...names].sort())
    for (const name of names) fs.lstatSync(Buffer.concat([Buffer.from(`${root}/d/`), pathBytes(name)]))
    assert.throws(() => fs.lstatSync(path.join(root, 'd/n3000')), { code: 'ENOENT' })
    assert.throws(() => fs.lstatSync(path.join(root, 'd/...')), { code: 'ENOENT' })
  })
})

test('content is read from the tar, sparse or over 4 GB', { skip }, () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const tar = path.join(directory, 'tar')
  const size = 5 * 2 ** 30 + 777
  const fd = fs.openSync(tar, 'w')
  fs.writeSync(fd, 'start', 1024)
  fs.writeSync(fd, 'end', 1024 + size - 3)
  const second = 1024 + Math.ceil(size / 512) * 512
  fs.writeSync(fd, 'A'.repeat(4096) + 'B'.repeat(100), second)
  fs.ftruncateSync(fd, second + 4608)
  fs.closeSync(fd)
  const plain = { ...file('/big'), size, content: { in: 'layer' as const, layer, offset: 1024 } }
  const extents = [
    { at: 65536, offset: second, length: 4096 },
    { at: 1_048_576, offset: second + 4096, length: 100 },
  ]
  const sparse = { ...file('/sparse'), size: 1_048_676, content: { in: 'sparse' as const, layer, extents } }
  const odd = {
    ...sparse,
    path: toRootPath('/odd'),
    content: { ...sparse.content, extents: [{ at: 10, offset: second, length: 20 }] },
  }
  function* read(entry: FileEntry) {
    assert.equal(entry.path, '/odd' as RootPath)
    const bytes = Buffer.alloc(entry.size)
    bytes.fill('A', 10, 30)
    yield bytes
  }
  const bytes = image(tree(plain, sparse, odd), { devices: [{ layer, size: second + 4608 }], read })
  assert.ok(bytes.length < 20_000)
  assert.deepEqual(parseErofsHead(bytes.subarray(0, headLength)), { bytes: bytes.length, devices: 1 })
  try {
    mounted(bytes, [tar], (root) => {
      const big = fs.openSync(path.join(root, 'big'), 'r')
      const part = Buffer.alloc(5)
      fs.readSync(big, part, 0, 5, 0)
      assert.equal(part.toString(), 'start')
      assert.equal(fs.readSync(big, part, 0, 5, size - 3), 3)
      assert.equal(part.toString('latin1', 0, 3), 'end')
      fs.closeSync(big)
      const whole = Buffer.alloc(sparse.size)
      whole.fill('A', 65536, 65536 + 4096).fill('B', 1_048_576)
      assert.ok(fs.readFileSync(path.join(root, 'sparse')).equals(whole))
      const oddBytes = Buffer.alloc(sparse.size)
      oddBytes.fill('A', 10, 30)
      assert.ok(fs.readFileSync(path.join(root, 'odd')).equals(oddBytes))
    })
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
})

test('a file in the way of a path becomes a directory, and a link to nothing is a fault', { skip }, () => {
  mounted(image(tree(file('/a'), file('/a/b/c', 'x'))), [], (root) => {
    assert.equal(fs.readFileSync(path.join(root, 'a/b/c'), 'utf8'), 'x')
  })
  assert.throws(() => image(tree(hardlink('/a', '/b'), hardlink('/b', '/a'))), { code: 'tar.invalid' })
})
