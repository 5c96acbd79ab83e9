import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressBlocks, usualLevel } from './index.ts'

const text = Buffer.from(Array.from({ length: 300_000 }, (_, i) => `line ${i * 7919}\n`).join(''))

async function packed(
  bytes: Buffer,
  kind: 'gzip' | 'zstd',
  parallel: number,
  chunk = 65_537,
): Promise<Buffer> {
  const source = function* () {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
  }
  const parts: Uint8Array[] = []
  for await (const part of compressBlocks(source(), { kind, level: usualLevel[kind], parallel }))
    parts.push(part)
  return Buffer.concat(parts)
}

for (const kind of ['gzip', 'zstd'] as const) {
  const unpack = kind === 'gzip' ? gunzipSync : zstdDecompressSync
  test(`${kind}: what comes out is what went in, whole and empty`, async () => {
    for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, text.length])
      assert.ok(
        unpack(await packed(text.subarray(0, size), kind, 4)).equals(text.subarray(0, size)),
        `${size}`,
      )
  })
  test(`${kind}: the same bytes however many blocks are under way and however they come`, async () => {
    const one = await packed(text, kind, 1)
    assert.ok(one.equals(await packed(text, kind, 7, 1000)))
    assert.ok(one.length < text.length / 2)
  })
  test(`${kind}: the tool of that name reads it`, async (t) => {
    if (spawnSync(kind, ['--version']).status !== 0) return t.skip(`needs ${kind}`)
    const { stdout } = spawnSync(kind, ['-dc'], { input: await packed(text, kind, 2), maxBuffer: 1 << 30 })
    assert.ok(stdout.equals(text))
  })
}
