// Reading files out of layers while others read, too.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { asDiffId, type DiffId, sha256, toRootPath } from '../core/index.ts'
import type { FileEntry } from '../layer/index.ts'
import { openContent } from './content.ts'

const size = 3 << 20

test('a file that is half read stays open, however many layers are read in between', (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
  const ids = Array.from({ length: 80 }, (_, i) => asDiffId(sha256(`layer ${i}`)))
  const tarOf = (id: DiffId): string => path.join(directory, id)
  for (const [i, id] of ids.entries()) fs.writeFileSync(tarOf(id), Buffer.alloc(i === 0 ? size : 512, i + 1))
  const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0n }
  const fileOf = (id: DiffId, content: FileEntry['content'], length: number): FileEntry => ({
    kind: 'file',
    path: toRootPath(`/${id}`),
    meta,
    size: length,
    content,
  })
  using room = openContent(tarOf)
  const extents = [{ at: 0, offset: 0, length: size }]
  for (const content of [
    { in: 'layer', layer: ids[0]!, offset: 0 } as const,
    { in: 'sparse', layer: ids[0]!, extents } as const,
  ]) {
    let read = 0
    for (const chunk of room.read(fileOf(ids[0]!, content, size))) {
      assert.ok(chunk.every((byte) => byte === 1))
      read += chunk.length
      for (const [i, id] of ids.entries())
        if (i > 0)
          for (const other of room.read(fileOf(id, { in: 'layer', layer: id, offset: 0 }, 512)))
            assert.equal(other[0], i + 1)
    }
    assert.equal(read, size)
  }
  assert.ok(fs.readdirSync('/proc/self/fd').length < 70, 'layers that are not being read are closed')
})
