// What a failed build leaves for finding out why: the step's file system, its whole log, and what was not run.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from './store-under-test.ts'

const dockerfile = `FROM base:1 AS unneeded
RUN touch /never
FROM base:1
ARG SPEED=fast
WORKDIR /work
RUN echo made > made
RUN for i in $(seq 1 5000); do echo line $i; done; echo half > half; rm made; exit 3
RUN echo never
`

describe('a failed step', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  let stderr: string
  let status: number | null
  before(async () => {
    store = await openStoreUnderTest()
    ;({ stderr, status } = await store.start('build', store.context('failing', { Dockerfile: dockerfile }))
      .ended)
  })
  after(() => store[Symbol.dispose]())

  test('is told apart from what was skipped and what did not run', () => {
    assert.equal(status, 1)
    assert.match(stderr, /^SKIPPED \[unneeded\] FROM base:1 AS unneeded \(the target does not need it\)$/m)
    assert.match(stderr, /^NOT RUN \[stage-1 4\/4\] RUN echo never$/m)
    assert.doesNotMatch(stderr, /CACHED/)
  })

  test('keeps its file system, as it was before and as it ended', async () => {
    const id = /peel run --rm -it (step:[0-9a-f]{12}) sh/.exec(stderr)?.[1] ?? assert.fail(stderr)
    const look = async (name: string) =>
      (await store.peel('run', '--rm', name, 'sh', '-c', 'pwd; echo $SPEED; ls')).stdout
        .split('\n')
        .slice(0, -1)
    assert.deepEqual(await look(id), ['/work', 'fast', 'half'])
    assert.deepEqual(await look(`${id}-before`), ['/work', 'fast', 'made'])
    await store.peel('prune')
    assert.deepEqual(await look(id), ['/work', 'fast', 'half'], 'an ordinary prune leaves it')
    await store.peel('prune', '--all')
    const gone = await store.start('run', id, 'sh').ended
    assert.equal(gone.status, 125)
    assert.match(gone.stderr, /there is no failed step/)
  })

  test('is logged whole, for each build', async () => {
    const { stdout } = await store.peel('logs')
    assert.equal(stdout.match(/^#\d+ \d+\.\d{3} line \d+$/gm)?.length, 5000)
    assert.match(stdout, /ERROR: process .* exit code: 3/)
    assert.match(stdout, /^NOT RUN \[stage-1 4\/4\]/m)
    await store.peel(
      'build',
      '-t',
      'good',
      store.context('good', { Dockerfile: 'FROM base:1\nRUN echo fine\n' }),
    )
    assert.match((await store.peel('logs', 'good')).stdout, /fine/)
    assert.match((await store.peel('logs', '^1')).stdout, /line 5000/)
    const events = (await store.peel('logs', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.ok(events.every(({ at, type }) => typeof at === 'number' && typeof type === 'string'))
  })
})
