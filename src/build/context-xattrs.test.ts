import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { isFault, toRootPath } from '../core/index.ts'
import { compilePatterns } from '../dockerfile/index.ts'
import { openKernel } from '../kernel/index.ts'
import { openContext } from './context-view.ts'
import { contextXattrs } from './context-xattrs.ts'
import { openDigestMemory } from './digest-memory.ts'

test('a context file keeps what its user set, and nothing of this machine', (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-xattrs-'))
  t.after(() => fs.rmSync(directory, { recursive: true }))
  const kernel = openKernel()
  for (const name of ['marked', 'plain']) fs.writeFileSync(path.join(directory, name), name)
  fs.symlinkSync('marked', path.join(directory, 'link'))
  try {
    kernel.writeXattr(path.join(directory, 'marked'), 'user.origin', Buffer.from('here'))
    kernel.writeXattr(path.join(directory, 'marked'), 'trusted.peel', Buffer.from('y'))
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return t.skip(thrown.message)
  }
  // as if the files had lain there for a while
  const memory = openDigestMemory(undefined, () => Date.now() + 10_000)
  const open = () =>
    openContext(directory, { ignore: compilePatterns([]), memory, readXattrs: contextXattrs(kernel) })
  const view = open()
  const xattrs = (name: string, context = view) => {
    const node = context.lookup(toRootPath(name))?.node
    assert.ok(node !== undefined)
    const found = [...(node.meta.xattrs ?? [])]
    return found.map(([key, value]) => `${key}=${Buffer.from(value).toString()}`)
  }
  assert.deepEqual(xattrs('marked'), ['user.origin=here'])
  assert.deepEqual(xattrs('plain'), [])
  assert.deepEqual(xattrs('link'), [])

  // a content that is remembered says that the file had no attributes, until it has
  for (const name of ['marked', 'plain']) {
    const { node } = view.lookup(toRootPath(name))!
    assert.ok(node.kind === 'file')
    view.digest(node)
  }
  assert.deepEqual(xattrs('marked', open()), ['user.origin=here'])
  assert.deepEqual(xattrs('plain', open()), [])
  kernel.writeXattr(path.join(directory, 'plain'), 'user.late', Buffer.from('now'))
  assert.deepEqual(xattrs('plain', open()), ['user.late=now'])
})
