import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { zipFile } from '../../testing/zip-file.ts'
import { isZip, zipMembers } from './zip.ts'

const limit = 1 << 20
const read = (file: Buffer): readonly (readonly [string, string | undefined])[] =>
  [...zipMembers(file)].map((member) => {
    const bytes = member.unpack(limit)
    return [member.path, bytes && Buffer.from(bytes).toString()]
  })

test('members are found by the central directory, whatever the comment holds', () => {
  const file = zipFile(
    [
      { name: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\n' },
      { name: 'as-it-is', content: 'stored', method: 'stored' },
      { name: '../../etc/\0passwd', content: 'within' },
      { name: 'locked', content: 'x', encrypted: true },
    ],
    'PK\x05\x06 is no end here',
  )
  assert.ok(isZip(file))
  assert.deepEqual(read(file), [
    ['/META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\n'],
    ['/as-it-is', 'stored'],
    ['/etc/passwd', 'within'],
  ])
})

test("another program's zip file is read", (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const made = spawnSync('python3', [
    '-c',
    'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:\n    z.writestr("a/b.txt", "text " * 100)\n    z.writestr("c", "")',
    path.join(folder, 'a.zip'),
  ])
  if (made.status !== 0) return t.skip('needs python3')
  assert.deepEqual(read(fs.readFileSync(path.join(folder, 'a.zip'))), [
    ['/a/b.txt', 'text '.repeat(100)],
    ['/c', ''],
  ])
})

test('a member that grows past the limit is given up', () => {
  const file = zipFile([{ name: 'bomb', content: Buffer.alloc(limit + 1) }])
  assert.ok(file.length < 2000)
  assert.deepEqual(read(file), [['/bomb', undefined]])
})

test('a damaged file makes no trouble, wherever the damage is', () => {
  const file = zipFile([
    { name: 'one', content: 'text '.repeat(50) },
    { name: 'two', content: 'more', method: 'stored' },
  ])
  for (let at = 0; at < file.length; at++)
    for (const byte of [0, 0xff]) {
      const damaged = Buffer.from(file)
      damaged[at] = byte
      for (const { to } of zipMembers(damaged)) assert.ok(to <= damaged.length)
      read(damaged)
    }
  for (let length = 0; length < file.length; length++)
    assert.deepEqual(read(file.subarray(0, length)), [], `cut at ${length}`)
})
