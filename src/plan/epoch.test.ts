import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hostPlatform, isFault } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { planBuild } from './index.ts'

async function plan(text: string, given: Readonly<Record<string, string>>, contextTime?: number) {
  const planned = await planBuild(parseDockerfile(text, { file: 'Dockerfile' }), {
    buildArgs: new Map(Object.entries(given)),
    platform: hostPlatform(),
    contextTime,
    findImage: async () => assert.fail('no image is needed'),
  })
  const last = planned.stages.at(-1)?.steps.at(-1)
  const env = last?.kind === 'run' ? last.env.filter((text) => text.startsWith('SOURCE')) : []
  return { epoch: planned.epoch, env }
}

const declared = 'FROM scratch\nARG SOURCE_DATE_EPOCH\nRUN env\n'

describe('SOURCE_DATE_EPOCH', () => {
  test('is a number of seconds, given or the default of an ARG before the first FROM', async () => {
    assert.deepEqual(await plan(declared, { SOURCE_DATE_EPOCH: '12' }), {
      epoch: 12,
      env: ['SOURCE_DATE_EPOCH=12'],
    })
    assert.equal((await plan(`ARG SOURCE_DATE_EPOCH=13\n${declared}`, {})).epoch, 13)
    assert.equal((await plan(declared, { SOURCE_DATE_EPOCH: '' })).epoch, undefined)
  })

  test('context is the time of the context, for stages that declare it, too', async () => {
    const seen = { epoch: 99, env: ['SOURCE_DATE_EPOCH=99'] }
    assert.deepEqual(await plan(declared, { SOURCE_DATE_EPOCH: 'context' }, 99), seen)
    assert.deepEqual(await plan(`ARG SOURCE_DATE_EPOCH=context\n${declared}`, {}, 99), seen)
  })

  test('context of a directory is none', async () => {
    assert.deepEqual(await plan(declared, { SOURCE_DATE_EPOCH: 'context' }), { epoch: undefined, env: [] })
  })

  test('anything else is refused', async () => {
    await assert.rejects(plan(declared, { SOURCE_DATE_EPOCH: 'soon' }), isFault)
  })
})
