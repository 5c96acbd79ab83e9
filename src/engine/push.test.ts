// What push says of names that nothing here has, as docker says it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { silent } from '../core/index.ts'
import { dockerfile, openContextBench } from '../testing/context-bench.ts'
import { callCli } from '../testing/shell.ts'

const bench = openContextBench()
after(() => bench[Symbol.dispose]())
const { engine } = bench

test('an image that is not here, and a tag that it does not have', async () => {
  const { id } = await engine.build(
    { context: { kind: 'empty' }, ...dockerfile('FROM scratch\nCOPY <<f /\nf\n'), tags: ['r.test/app:1'] },
    silent,
  )
  const push = async (name: string) => {
    const { status, out, err } = await callCli(['push', name], { engine })
    return [status, ...out.trim().split('\n'), err.split('\n')[0]]
  }
  assert.deepEqual(await push('nosuch'), [
    1,
    'Using default tag: latest',
    'The push refers to repository [docker.io/library/nosuch]',
    'ERROR: An image does not exist locally with the tag: nosuch',
  ])
  assert.deepEqual(await push('r.test/other:2'), [
    1,
    'The push refers to repository [r.test/other]',
    'ERROR: An image does not exist locally with the tag: r.test/other',
  ])
  assert.deepEqual((await push('r.test/app:2')).slice(2), ['ERROR: tag does not exist: r.test/app:2'])
  // an id is no name to push under
  const short = id.slice('sha256:'.length, 'sha256:'.length + 12)
  assert.deepEqual((await push(short)).slice(3), [
    `ERROR: An image does not exist locally with the tag: ${short}`,
  ])
})
