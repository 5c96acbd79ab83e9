// What a build could copy of its context, and the rule that decides.
import assert from 'node:assert/strict'
import * as path from 'node:path'
import { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { silent } from '../core/index.ts'
import { openContextBench } from '../testing/context-bench.ts'

const bench = openContextBench()
after(() => bench[Symbol.dispose]())
const { engine, directory, tarOf } = bench

describe('what a context holds', () => {
  const files = {
    '.dockerignore': '# built things\nbuild\n*.log\n!keep.log\nsub/*\n!sub/in\n',
    Dockerfile: 'FROM scratch\n',
    'keep.log': '12345',
    'a.log': 'x',
    'build/out': 'x',
    'sub/in': '123',
    'sub/out': 'x',
  }
  const options = (at: string) => ({ context: { kind: 'directory', path: at } as const })

  test('is listed with sizes', async () => {
    const listing = await engine.contextFiles(options(directory(files)), silent)
    const rows = listing.files.map(({ path: name, size }) => `${name} ${size}`)
    assert.deepEqual(rows, ['.dockerignore 51', 'Dockerfile 13', 'keep.log 5', 'sub 0', 'sub/in 3'])
    assert.deepEqual([listing.ignoreFile, listing.size], ['.dockerignore', 72])
    const other = directory({ ...files, 'Dockerfile.dockerignore': '*\n!keep.log\n' })
    assert.deepEqual(
      (await engine.contextFiles(options(other), silent)).files.map((file) => file.path),
      ['keep.log'],
    )
    const stream = Readable.from([tarOf({ Dockerfile: 'FROM scratch\n', a: 'A' })])
    const tar = await engine.contextFiles({ context: { kind: 'stream', stream } }, silent)
    assert.equal(tar.size, 14)
    assert.equal((await engine.contextFiles(options(directory({ only: 'x' })), silent)).files.length, 1)
  })

  test('names the rule for a path', async () => {
    const at = directory(files)
    const why = async (name: string) => {
      const { included, exists, rule } = await engine.contextRule(options(at), name, silent)
      return [included, exists, rule === undefined ? undefined : `${rule.file}:${rule.line} ${rule.pattern}`]
    }
    assert.deepEqual(await why('a.log'), [false, true, '.dockerignore:3 *.log'])
    assert.deepEqual(await why('./keep.log'), [true, true, '.dockerignore:4 !keep.log'])
    assert.deepEqual(await why(path.join(at, 'build/out')), [false, true, '.dockerignore:2 build'])
    assert.deepEqual(await why('Dockerfile'), [true, true, undefined])
    assert.deepEqual(await why('other.log'), [false, false, '.dockerignore:3 *.log'])
    assert.deepEqual(await why('sub/in'), [true, true, '.dockerignore:6 !sub/in'])
  })
})
