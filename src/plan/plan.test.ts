// What a plan says of names that it does not know: which one was meant, and where it stands.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, hostPlatform, isFault } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { planBuild } from './index.ts'

function plan(text: string, target?: string) {
  return planBuild(parseDockerfile(text, { file: 'Dockerfile' }), {
    buildArgs: new Map(),
    target,
    platform: hostPlatform(),
    findImage: async (name) => {
      throw new Fault('image.missing', `no such image: ${name}`)
    },
  })
}

async function faultOf(text: string, target?: string): Promise<Fault> {
  try {
    await plan(text, target)
  } catch (thrown) {
    if (isFault(thrown)) return thrown
    throw thrown
  }
  return assert.fail('planned')
}

const builder = 'FROM scratch AS builder\n'

describe('a stage with a slip of the pen is found', () => {
  test('in FROM, whose image is pointed at', async () => {
    const { message, details } = await faultOf(`${builder}FROM --platform=linux bulder\n`)
    assert.equal(message, 'no such image: bulder (did you mean builder?)')
    assert.deepEqual([details.place?.line, details.place?.column, details.place?.endColumn], [2, 23, 29])
  })

  test('in COPY --from and in a mount', async () => {
    for (const line of ['COPY --from=bulder /a /a', 'RUN --mount=type=bind,from=bulder,target=/b true'])
      assert.match((await faultOf(`${builder}FROM scratch\n${line}\n`)).message, /did you mean builder\?/)
  })

  test('in --target', async () => {
    const { message, code } = await faultOf(builder, 'Buidler')
    assert.equal(code, 'stage.missing')
    assert.match(
      message,
      /target stage "Buidler" could not be found \(did you mean Builder\?\)|\(did you mean builder\?\)/,
    )
  })
})

test('a stage below is not what an image slips to', async () => {
  const { message } = await faultOf('FROM bulder\nFROM scratch AS builder\n', '0')
  assert.equal(message, 'no such image: bulder')
})

test('stages that need each other are named as a circle', async () => {
  const circle = 'FROM scratch AS a\nCOPY --from=b / /\nFROM a AS b\n'
  const { message } = await faultOf(`${circle}COPY --from=a / /\n`)
  assert.equal(message, 'circular dependency detected on stage: a')
})
