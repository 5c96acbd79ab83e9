// What a plan says of names that it does not know (which one was meant, and where it stands), and what it makes of paths and words
// that are not clean.
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

test('a circle ends the build where the target needs none of it, too', async () => {
  const { message } = await faultOf('FROM scratch AS a\nCOPY --from=a / /\nFROM scratch\n')
  assert.equal(message, 'circular dependency detected on stage: a')
})

describe('every FROM is read before a stage is built', () => {
  const other = '\nFROM scratch\n'

  test('a blank image or platform', async () => {
    assert.match((await faultOf(`FROM $NONE${other}`)).message, /^base name \(\$NONE\) should not be blank/)
    const { message } = await faultOf(`FROM --platform=$TARGETPLATFROM busybox${other}`)
    assert.match(message, /^empty platform value .* \(did you mean TARGETPLATFORM\?\)$/)
  })

  test('what no image can be called', async () => {
    const { code, details } = await faultOf(`FROM busybox:${other}`)
    assert.equal(code, 'reference.invalid')
    assert.equal(details.place?.line, 1)
  })
})

describe('WORKDIR', () => {
  const workdirOf = async (...paths: readonly string[]) => {
    const { stages } = await plan(`FROM scratch\n${paths.map((path) => `WORKDIR ${path}\n`).join('')}`)
    return stages[0]?.image.config?.WorkingDir
  }

  test('keeps an absolute path as it is written, and joins a relative one', async () => {
    assert.equal(await workdirOf('/srv/'), '/srv/')
    assert.equal(await workdirOf('/srv/./www/../app/', 'logs/'), '/srv/app/logs')
    assert.equal(await workdirOf('/srv/', '$NONE'), '/srv/')
  })

  test('makes the clean directory', async () => {
    const { stages } = await plan('FROM scratch\nWORKDIR /srv/./www/\n')
    assert.deepEqual(
      stages[0]?.steps.map((step) => step.kind === 'workdir' && step.path),
      ['/srv/www'],
    )
  })
})

test('flags of COPY that come out empty are not given', async () => {
  const { stages } = await plan('FROM scratch\nCOPY --chown=$NONE --chmod=$NONE a b\n')
  const [step] = stages[0]?.steps ?? []
  assert.equal(step?.createdBy, 'COPY a b # buildkit')
  assert.ok(step?.kind === 'copy' && step.chown === undefined && step.chmod === undefined)
})

test('STOPSIGNAL takes any number but zero', async () => {
  const { stages } = await plan('FROM scratch\nSTOPSIGNAL 99\n')
  assert.equal(stages[0]?.image.config?.StopSignal, '99')
  assert.match((await faultOf('FROM scratch\nSTOPSIGNAL 0\n')).message, /is not a signal/)
})

test('an image from scratch is for the platform of the build, whatever its FROM says', async () => {
  const { stages } = await plan('FROM --platform=linux/riscv64 scratch\n')
  assert.equal(stages[0]?.image.architecture, hostPlatform().architecture)
})
