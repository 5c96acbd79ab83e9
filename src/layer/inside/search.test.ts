import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { rawTar } from '../../testing/raw-tar.ts'
import { zipFile } from '../../testing/zip-file.ts'
import { type Search, searchInside } from './search.ts'

const word = Buffer.from('the word that is looked for')

/** Where the word stands, and how many bytes were looked at. */
async function search(bytes: Uint8Array, step = 1 << 16): Promise<{ found: string[]; looked: number }> {
  let looked = 0
  const begin = (): Search<{ offset: number }> => {
    const pieces: Uint8Array[] = []
    let size = 0
    return {
      push(piece) {
        looked += piece.length
        size += piece.length
        if (size < 1 << 20) pieces.push(piece)
      },
      end() {
        const offset = Buffer.concat(pieces).indexOf(word)
        return offset < 0 ? [] : [{ offset }]
      },
    }
  }
  function* open() {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
  }
  const found = await searchInside({ size: bytes.length, open }, begin, () => undefined)
  return { found: found.map(({ members, offset }) => `${members.join('!')} ${offset}`), looked }
}

const zip = (name: string, content: Uint8Array) => zipFile([{ name, content }])
const tar = (name: string, content: Uint8Array) => rawTar([{ name, type: 'file', content }])

test('what is packed is found, whatever packs it and however deep', async () => {
  const cases: Readonly<Record<string, [Uint8Array, string]>> = {
    plain: [word, ' 0'],
    gzip: [gzipSync(word), ' 0'],
    zstd: [zstdCompressSync(word), ' 0'],
    'gzip in gzip': [gzipSync(gzipSync(word)), ' 0'],
    tar: [tar('a', word), ' 512'],
    'tar in zstd': [zstdCompressSync(tar('a', word)), ' 512'],
    'zip in zip': [zip('a.zip', zip('b', word)), '/a.zip!/b 0'],
    'zip in a tar in gzip': [gzipSync(tar('d/a.zip', zip('b', word))), '/d/a.zip!/b 0'],
    'gzip in a tar in a zip': [zip('a.tar', tar('b.gz', gzipSync(word))), '/a.tar!/b.gz 0'],
    'a long gzip': [gzipSync(Buffer.concat([word, Buffer.alloc(20 << 20)])), ' 0'],
  }
  for (const [name, [bytes, where]] of Object.entries(cases))
    for (const step of [1 << 16, bytes.length])
      assert.deepEqual((await search(bytes, step)).found, [where], name)
})

test('what stands in a member as it is, is found once', async () => {
  const stored = (name: string, content: Uint8Array) => zipFile([{ name, content, method: 'stored' }])
  assert.deepEqual((await search(stored('a.zip', stored('b', word)))).found, ['/a.zip!/b 0'])
  assert.deepEqual((await search(tar('a.zip', stored('b', word)))).found, ['/a.zip!/b 0'])
})

test('what stands behind a packing keeps nothing from being found in it, and is found too', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const other = pack('packed')
    assert.deepEqual((await search(Buffer.concat([other, word]))).found, [` ${other.length}`])
    assert.deepEqual((await search(Buffer.concat([pack(word), Buffer.from('more')]))).found, [' 0'])
    assert.deepEqual((await search(Buffer.concat([other, pack(word)]))).found, [' 6'])
    assert.deepEqual((await search(pack(Buffer.concat([word, randomBytes(500)])).subarray(0, -100))).found, [
      ' 0',
    ])
  }
  const broken = Buffer.concat([gzipSync(word), Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(20, 7)])
  assert.deepEqual((await search(broken)).found, [' 0'])
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 8 | 16, 0, 0, 0, 0, 0, 3]),
    Buffer.from('name\0words\0'),
  ])
  assert.deepEqual((await search(Buffer.concat([named, gzipSync(word).subarray(10)]))).found, [' 0'])
})

test('what is damaged is searched as far as it goes', async () => {
  const noise = Buffer.alloc(3 << 20, gzipSync(Buffer.alloc(100_000)))
  const packed = gzipSync(Buffer.concat([word, noise]), { level: 0 })
  assert.deepEqual((await search(packed.subarray(0, 2 << 20))).found, [' 0', ' 15'])
  const broken = tar('a', word)
  broken[1024] = 1
  assert.deepEqual((await search(broken)).found, [' 512'])
})

test('packings that grow without end are given up', async () => {
  let deep: Uint8Array = word
  for (let i = 0; i < 6; i++) deep = gzipSync(deep)
  assert.deepEqual((await search(deep)).found, [])
  const zeros = gzipSync(Buffer.alloc(200 << 20), { level: 1 })
  const bombs = Array.from({ length: 20 }, (_, i) => ({ name: `${i}.gz`, content: zeros }))
  const { looked } = await search(zipFile(bombs))
  assert.ok(looked < 300 << 20, `${looked} bytes were looked at`)
})
