import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, Fault } from '../core/index.ts'
import type { SecretsReport } from '../engine/index.ts'
import type { SecretSearch } from './model/secret-search.ts'
import { createSearchTask } from './secret-search.ts'

const report = { findings: [] } as unknown as SecretsReport
const slow = async ({ signal, emit }: Context): Promise<SecretsReport> => {
  for (let done = 0; done < 20; done++) {
    emit({ type: 'moved', task: 'secrets', done, total: 20, unit: 'entries' })
    await sleep(20)
    signal.throwIfAborted()
  }
  return report
}

test('says how far it is now and then, and what came of it', async () => {
  const told: SecretSearch[] = []
  await using task = createSearchTask(slow, (search) => told.push(search))
  task.start()
  while (told.at(-1)?.kind !== 'done') await sleep(10)
  const running = told.filter(({ kind }) => kind === 'running')
  assert.ok(running.length > 1 && running.length < 20, String(running.length))
  assert.deepEqual(told.at(-1), { kind: 'done', report })
})

test('stopped, it says no more; leaving it waits for its end', async () => {
  const told: SecretSearch[] = []
  let ended = false
  const find = (ctx: Context): Promise<SecretsReport> =>
    slow(ctx).finally(() => {
      ended = true
    })
  {
    await using task = createSearchTask(find, (search) => told.push(search))
    task.start()
    while (told.length === 0) await sleep(1)
    task.stop()
  }
  assert.ok(ended)
  assert.deepEqual(told, [{ kind: 'running', done: 0, total: 20 }])
})

test('a fault is said with its hint', async () => {
  const told: SecretSearch[] = []
  const find = async (): Promise<SecretsReport> => {
    throw new Fault('allow.invalid', 'line 1 says nothing', { hint: 'say something' })
  }
  await using task = createSearchTask(find, (search) => told.push(search))
  task.start()
  while (told.length === 0) await sleep(1)
  assert.deepEqual(told, [{ kind: 'stopped', why: 'line 1 says nothing. say something' }])
})
