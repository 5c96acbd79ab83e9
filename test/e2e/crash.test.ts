// Builds side by side on one store, and builds that are killed: the next one succeeds, every blob is intact, nothing is left mounted or running.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  mountsIn,
  openStoreUnderTest,
  processesWith,
  type StoreUnderTest,
  skipReason,
} from './store-under-test.ts'

const dockerfile = (mark: string): string => `FROM base:1
WORKDIR /app
COPY files /app/files
RUN echo ${mark} > /mark && seq 200000 > /numbers && sleep 0.2
COPY late.txt /app/
RUN cat /mark /app/late.txt > /end
`

function files(mark: string): Record<string, string> {
  const all: Record<string, string> = { Dockerfile: dockerfile(mark), 'late.txt': `${mark}\n` }
  for (let i = 0; i < 300; i++) all[`files/${i}.txt`] = `${mark} ${i}\n`.repeat(200)
  return all
}

async function intact(store: StoreUnderTest): Promise<void> {
  const { stdout } = await store.peel('doctor', '--verify', '--json')
  const report = JSON.parse(stdout) as { verified: { problems: readonly string[] } }
  assert.deepEqual(report.verified.problems, [])
  assert.deepEqual(mountsIn(store.root), [])
}

describe('many processes and kills', { skip: skipReason() }, () => {
  test('builds at the same time on one store all succeed', async () => {
    using store = await openStoreUnderTest()
    const same = store.context('same', files('same'))
    const others = ['a', 'b'].map((mark) => store.context(mark, files(mark)))
    const running = [same, same, ...others].map((context, i) =>
      store.start('build', '-t', `image:${i}`, context),
    )
    const pruning = (async () => {
      for (let i = 0; i < 4; i++) await store.peel('prune', '--all')
    })()
    for (const { ended } of running) {
      const { status, stderr } = await ended
      assert.equal(status, 0, stderr)
    }
    await pruning
    for (const [i, mark] of ['same', 'same', 'a', 'b'].entries())
      assert.equal(
        (await store.peel('run', '--rm', `image:${i}`, 'cat', '/end')).stdout,
        `${mark}\n${mark}\n`,
      )
    await intact(store)
  })

  test('a build killed at any moment leaves a store in which the next succeeds', async (t) => {
    using store = await openStoreUnderTest()
    let killed = 0
    for (let i = 0; i < 14; i++) {
      const mark = `round-${i}`
      const context = store.context(mark, files(mark))
      const { child, ended } = store.start('build', '-t', 'victim', context)
      await delay(60 + i * 45)
      child.kill('SIGKILL')
      const { signal } = await ended
      if (signal === 'SIGKILL') killed++
      if (i % 3 !== 2) continue
      await store.peel('build', '-q', '-t', 'victim', context)
      assert.equal((await store.peel('run', '--rm', 'victim', 'cat', '/end')).stdout, `${mark}\n${mark}\n`)
      await intact(store)
    }
    t.diagnostic(`${killed} of 14 were killed before they had ended`)
    assert.ok(killed >= 7)
    await delay(200)
    assert.deepEqual(processesWith(store.root), [])
  })

  test('a killed build takes its container along', async () => {
    using store = await openStoreUnderTest()
    const context = store.context('long', { Dockerfile: 'FROM base:1\nRUN echo begun && sleep 4321.5\n' })
    const { child, ended, stderr } = store.start('build', '--progress=plain', context)
    while (!/ begun$/m.test(stderr())) await delay(20)
    assert.equal(processesWith('4321.5').length > 0, true)
    child.kill('SIGKILL')
    await ended
    for (let i = 0; i < 50 && processesWith('4321.5').length > 0; i++) await delay(20)
    assert.deepEqual(processesWith('4321.5'), [])
    await intact(store)
  })

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    test(`${signal} stops a build in order`, async () => {
      using store = await openStoreUnderTest()
      const context = store.context('long', { Dockerfile: 'FROM base:1\nRUN echo begun && sleep 4322.5\n' })
      const { child, ended, stderr } = store.start('build', '--progress=plain', context)
      while (!/ begun$/m.test(stderr())) await delay(20)
      const before = Date.now()
      child.kill(signal)
      assert.equal((await ended).status, status)
      assert.ok(Date.now() - before < 3000)
      assert.deepEqual(processesWith('4322.5'), [])
      await intact(store)
    })
})
