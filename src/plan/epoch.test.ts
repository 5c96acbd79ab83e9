import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hostPlatform, isFault } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { planBuild } from './index.ts'

async function plan(text: string, given: Readonly<Record<string, string>>, contextTime?: number) {
  const fetched: string[] = []
  const planned = await planBuild(parseDockerfile(text, { file: 'Dockerfile' }), {
    buildArgs: new Map(Object.entries(given)),
    platform: hostPlatform(),
    contextTime,
    findContext: async (name) =>
      name === 'dated' ? { kind: 'files', source: { from: 'nothing' }, time: 7 } : undefined,
    findTime: async (item) => {
      fetched.push(item.kind === 'url' ? item.url : item.reference.remote)
      return 1234
    },
    findImage: async () => assert.fail('no image is needed'),
  })
  const last = planned.stages.at(-1)?.steps.at(-1)
  const env = last?.kind === 'run' ? last.env.filter((text) => text.startsWith('SOURCE')) : []
  return { epoch: planned.epoch, env, ...(fetched.length > 0 && { fetched }) }
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

  test('a named context is its time', async () => {
    const seen = { epoch: 7, env: ['SOURCE_DATE_EPOCH=7'] }
    assert.deepEqual(await plan(declared, { SOURCE_DATE_EPOCH: 'dated' }), seen)
  })

  test('a stage is the time of the one thing it fetches', async () => {
    const source = 'FROM scratch AS Source\nARG HOST=http://a\nADD $HOST/b.tar /\n'
    const seen = { epoch: 1234, env: ['SOURCE_DATE_EPOCH=1234'], fetched: ['http://a/b.tar'] }
    assert.deepEqual(await plan(`ARG SOURCE_DATE_EPOCH=source\n${source}${declared}`, {}), seen)
    for (const bad of [
      'FROM scratch AS source\nADD a /\n',
      'FROM scratch AS source\nADD http://a/b http://a/c /\n',
      'FROM scratch AS source\nADD http://a/b /\nADD http://a/c /\n',
      'FROM scratch AS source\nADD http://a/b /\nRUN x\n',
      'FROM dated AS source\nADD http://a/b /\n',
      'FROM scratch AS source\n',
    ])
      await assert.rejects(
        plan(`${bad}${declared}`, { SOURCE_DATE_EPOCH: 'source' }),
        /SOURCE_DATE_EPOCH=source: that stage/,
        bad,
      )
  })

  test('anything else is refused', async () => {
    await assert.rejects(plan(declared, { SOURCE_DATE_EPOCH: 'soon' }), isFault)
  })
})
