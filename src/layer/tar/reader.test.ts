import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { isFault, type RootPath } from '../../core/index.ts'
import { createIndexer, type Entry, type LayerIndex } from '../index.ts'
import { printPaxRecord } from './pax.ts'
import { writeHeader } from './writer.ts'

function member(
  name: string,
  type: string,
  more: { body?: Uint8Array; link?: string; size?: number } = {},
): Buffer {
  const body = Buffer.from(more.body ?? '')
  const block = Buffer.alloc(8192)
  const link = more.link === undefined ? undefined : Buffer.from(more.link)
  const input = { name: Buffer.from(name), type, mode: 0o644, uid: 1, gid: 2, mtime: 3_000_000_000n }
  const end = writeHeader(block, 0, { ...input, size: more.size ?? body.length, link })
  return Buffer.concat([block.subarray(0, end), body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

const pax = (type: string, ...records: [string, string | Uint8Array][]): Buffer =>
  member('x', type, {
    body: Buffer.concat(records.map(([key, value]) => printPaxRecord(Buffer.from(key), Buffer.from(value)))),
  })

const end = Buffer.alloc(1024)

function index(...parts: readonly Buffer[]): LayerIndex {
  const indexer = createIndexer()
  for (const part of parts) indexer.push(part)
  return indexer.end().index
}

function entries(...parts: readonly Buffer[]): Entry[] {
  const found = index(...parts)
  return Array.from({ length: found.length }, (_, row) => found.at(row))
}

const short = (all: readonly Entry[]): string[] => all.map(({ kind, path }) => `${kind} ${path}`)
const fails = (run: () => unknown): void =>
  assert.throws(run, (error) => isFault(error) && error.code === 'tar.invalid')

describe('reading tars', () => {
  test('names are clamped to the root and cleaned', () => {
    const names = ['./a', '/b', '../../c', 'd//e/./f', 'x/../g']
    const all = entries(...names.map((name) => member(name, '0')), end)
    assert.deepEqual(short(all), ['file /a', 'file /b', 'file /c', 'file /d/e/f', 'file /g'])
    assert.deepEqual(index(member('d/e/f', '0'), end).implied, ['/d', '/d/e'])
  })

  test('a later entry wins, a directory keeps what is in it, a file drops it', () => {
    const a = member('a', '0', { body: Buffer.from('1') })
    const b = member('a', '0', { body: Buffer.from('22') })
    assert.equal((entries(a, b, end)[0] as { size: number }).size, 2)
    const below = member('d/x', '0')
    assert.deepEqual(short(entries(below, member('d/', '5'), end)), ['directory /d', 'file /d/x'])
    assert.deepEqual(short(entries(member('d/', '5'), below, member('d', '0'), end)), ['file /d'])
    assert.deepEqual(short(entries(member('d', '0'), below, end)), ['file /d/x'])
  })

  test('deletions are kinds, and stand beside what is made anew', () => {
    const all = entries(
      member('a/', '5'),
      member('a/.wh..wh..opq', '0'),
      member('.wh.a', '0'),
      member('.wh.b', '0'),
      end,
    )
    assert.deepEqual(short(all), ['whiteout /a', 'directory /a', 'opaque /a', 'whiteout /b'])
    assert.deepEqual(short(entries(member('.wh..wh.plnk/x', '0'), member('.wh..wh.aufs', '0'), end)), [])
    const others = entries(
      member('.wh.c/', '5'),
      member('.wh.d', '2', { link: 'x' }),
      member('.wh..wh.x/', '5'),
      end,
    )
    assert.deepEqual(short(others), ['whiteout /c', 'whiteout /d'])
    assert.deepEqual(short(entries(member('.wh.e/x', '0'), end)), ['file /.wh.e/x'])
  })

  test('a directory of more names than a call takes arguments, in no order', () => {
    const indexer = createIndexer()
    for (let i = 200_000; i > 0; i--) indexer.push(member(`d/${i}`, '0'))
    indexer.push(end)
    assert.equal(indexer.end().index.length, 200_000)
  })

  test('more extended attributes than any image has are refused', () => {
    const value = 'x'.repeat(1_000_000)
    const indexer = createIndexer()
    assert.throws(() => {
      for (let i = 0; i < 300; i++) {
        indexer.push(pax('x', ['SCHILY.xattr.user.a', `${i}${value}`]))
        indexer.push(member(`f${i}`, '0'))
      }
    }, /256 MiB of extended attributes/)
  })

  test('hard links: to a lower layer they stay, to themselves and directories they fault', () => {
    assert.deepEqual(entries(member('a', '1', { link: 'b' }), end), [
      { kind: 'hardlink', path: '/a', target: '/b' },
    ])
    const chain = entries(
      member('c', '0'),
      member('b', '1', { link: 'c' }),
      member('a', '1', { link: 'b' }),
      end,
    )
    assert.equal((chain[0] as { target: string }).target, '/c')
    fails(() => entries(member('a', '1', { link: './a' }), end))
    fails(() => entries(member('a', '1', { link: 'b' }), member('b', '1', { link: 'a' }), end))
    fails(() => entries(member('d/', '5'), member('a', '1', { link: 'd' }), end))
  })

  test('symlinks that lead a short name to a long path fault as the long path would', () => {
    const deep = Array.from({ length: 1000 }, () => 'd').join('/')
    const links = ['s', 's/t', 's/t/u'].map((name) => member(name, '2', { link: deep }))
    assert.equal(entries(...links.slice(0, 1), member('s/x', '0'), end)[0]?.path, `/${deep}/x`)
    fails(() => index(...links, member('s/t/u/x', '0'), end))
  })

  test('PAX: binary xattrs, large ids, times with fractions, global headers, long and GNU names', () => {
    const capability = new Uint8Array([1, 0, 0, 2, 0, 255, 10, 61])
    const head = pax(
      'x',
      ['SCHILY.xattr.security.capability', capability],
      ['mtime', '-1.5'],
      ['uid', '4000000000'],
      ['path', 'é/'.repeat(60)],
    )
    const [entry] = entries(pax('g', ['gid', '77'], ['path', 'no']), head, member('f', '5'), end)
    assert.ok(entry?.kind === 'directory')
    assert.deepEqual(entry.meta.xattrs?.get('security.capability'), capability)
    assert.deepEqual([entry.meta.uid, entry.meta.gid, entry.meta.mtime], [4_000_000_000, 77, -1_500_000_000n])
    assert.equal(entry.path, `/${'é/'.repeat(60).slice(0, -1)}`)
    const long = 'n'.repeat(300)
    const gnu = [member('././@LongLink', 'L', { body: Buffer.from(`${long}\0`) }), member('x', '0')]
    assert.deepEqual(short(entries(...gnu, end)), [`file /${long}`])
  })

  test('the end: no end blocks, one, and garbage after them', () => {
    const a = member('a', '0', { body: Buffer.from('1') })
    for (const tail of [
      Buffer.alloc(0),
      Buffer.alloc(512),
      end,
      Buffer.concat([end, Buffer.from('garbage')]),
    ]) {
      const indexer = createIndexer()
      indexer.push(Buffer.concat([a, tail]))
      const done = indexer.end()
      assert.equal(done.index.length, 1)
      assert.equal(done.size, a.length + tail.length)
      assert.equal(done.diffId, `sha256:${createHash('sha256').update(a).update(tail).digest('hex')}`)
    }
    fails(() => entries(a, Buffer.alloc(512), a))
    fails(() => entries(pax('x', ['path', 'p'])))
    fails(() => entries(member('x', '0', { size: 513 }), Buffer.alloc(512)))
  })

  test('every cut and every changed byte of an archive ends in an index or a fault', () => {
    const sparse = [
      pax(
        'x',
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', 's'],
        ['GNU.sparse.realsize', '9999'],
      ),
      member('s', '0', {
        body: Buffer.concat([Buffer.from('1\n4096\n5\n'.padEnd(512, '\0')), Buffer.from('hello')]),
      }),
    ]
    const old = [
      pax('x', ['GNU.sparse.size', '50'], ['GNU.sparse.map', '0,1,40,2']),
      member('o', '0', { body: Buffer.from('abc') }),
    ]
    const all = [
      pax('g', ['mtime', '5']),
      member('d/', '5'),
      member('d/a', '0', { body: Buffer.from('hello') }),
      member('d/l', '1', { link: 'd/a' }),
      member('s', '2', { link: '../x' }),
      pax('x', ['path', 'long'], ['SCHILY.xattr.user.a', 'b']),
      member('c', '0'),
      member('n', 'L', { body: Buffer.from(`${'q'.repeat(120)}\0`) }),
      member('q', '0'),
      ...sparse,
      ...old,
      member('.wh.z', '0'),
      end,
    ]
    const tar = Buffer.concat(all)
    assert.equal(entries(tar).length, 8)
    const attempt = (bytes: Buffer): void => {
      try {
        for (const entry of entries(bytes)) assert.ok(entry.path.startsWith('/'))
      } catch (error) {
        if (!isFault(error) || !error.code.startsWith('tar.')) throw error
      }
    }
    for (let cut = 0; cut < tar.length; cut++) attempt(tar.subarray(0, cut))
    for (let at = 0; at < tar.length; at++)
      for (const mask of [1, 0x80, tar[at]!]) {
        if (mask === 0) continue
        tar[at]! ^= mask
        attempt(tar)
        tar[at]! ^= mask
      }
    // A changed header is caught by its checksum; changed again with a fitting checksum it reaches what lies behind.
    for (let block = 0; block < tar.length; block += 512) {
      if (tar.toString('latin1', block + 257, block + 262) !== 'ustar') continue
      for (let at = block; at < block + 512; at++)
        for (const mask of [1, 0xff]) {
          const copy = Buffer.from(tar)
          copy[at]! ^= mask
          copy.fill(32, block + 148, block + 156)
          const sum = copy.subarray(block, block + 512).reduce((total, byte) => total + byte, 0)
          copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, block + 148, 'latin1')
          attempt(copy)
        }
    }
  })

  test('GNU tar as an oracle: formats, sparse files, links, xattr-free metadata', (t) => {
    try {
      execFileSync('tar', ['--version'], { stdio: 'ignore' })
    } catch {
      return t.skip('no tar on this machine')
    }
    const top = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
    try {
      const tree = path.join(top, 'tree')
      fs.mkdirSync(path.join(tree, 'd', 'n'.repeat(150)), { recursive: true })
      fs.writeFileSync(path.join(tree, 'a'), 'hello')
      fs.linkSync(path.join(tree, 'a'), path.join(tree, 'd', 'link'))
      fs.symlinkSync('t'.repeat(150), path.join(tree, 'd', 's'))
      fs.writeFileSync(path.join(tree, 'd', 'n'.repeat(150), 'm'.repeat(80)), 'long')
      const holes = fs.openSync(path.join(tree, 'holes'), 'w')
      for (let i = 0; i < 40; i++) fs.writeSync(holes, `run ${i}`, i * 65536)
      fs.ftruncateSync(holes, 41 * 65536)
      fs.closeSync(holes)
      const content = fs.readFileSync(path.join(tree, 'holes'))
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
      const formats = [
        ['--format=gnu'],
        ['--format=gnu', '-S'],
        ['--format=pax'],
        ...['0.0', '0.1', '1.0'].map((v) => ['--format=pax', '-S', `--sparse-version=${v}`]),
      ]
      for (const flags of formats) {
        const tar = execFileSync('tar', ['-C', tree, ...flags, '-cf', '-', '.'], { maxBuffer: 1 << 28 })
        const found = index(tar)
        const holesEntry = found.at(found.find('/holes' as RootPath))
        assert.ok(holesEntry.kind === 'file', flags.join(' '))
        assert.deepEqual([holesEntry.size, holesEntry.digest], [content.length, digest], flags.join(' '))
        assert.equal(holesEntry.content.in, flags.includes('-S') ? 'sparse' : 'layer')
        const paths = Array.from({ length: found.length }, (_, row) => found.pathOf(row))
        assert.deepEqual(paths, [
          '/',
          '/a',
          '/d',
          '/d/link',
          `/d/${'n'.repeat(150)}`,
          `/d/${'n'.repeat(150)}/${'m'.repeat(80)}`,
          '/d/s',
          '/holes',
        ])
        const s = found.at(found.find('/d/s' as RootPath))
        assert.ok(s.kind === 'symlink' && s.target === 't'.repeat(150))
      }
    } finally {
      fs.rmSync(top, { recursive: true })
    }
  })
})
