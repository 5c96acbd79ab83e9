import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPlatform, sha256 } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { outlineOf, planBuild } from './index.ts'

async function outline(text: string, given: Readonly<Record<string, string>> = {}, target?: string) {
  const file = parseDockerfile(text, { file: 'Dockerfile' })
  const buildArgs = new Map(Object.entries(given))
  const plan = await planBuild(file, {
    buildArgs,
    target,
    platform: hostPlatform(),
    findImage: async (name) => ({
      name,
      manifest: sha256(name),
      layers: [],
      config: {
        ...{ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
        config: { Env: ['HOME=/h'] },
      },
    }),
  })
  return outlineOf(file, plan, buildArgs)
}

const dockerfile = `ARG version=1
ARG image=base:$version
ARG nobody
# build makes it
FROM $image AS build
# flags of the compiler
ARG flags=-x$HOME
ARG version
RUN --mount=type=secret,id=token,required --mount=type=secret,id=token true
FROM scratch AS unused
ARG unused
FROM build
ARG TARGETARCH
ARG mine
RUN --mount=type=ssh true
`

test('tells the arguments that the target and the stages below it use, with their values', async () => {
  const { name, args } = await outline(dockerfile, { mine: '7' })
  assert.equal(name, undefined)
  assert.deepEqual(
    args.map(({ name, value, description, place }) => [name, value, description, place.line]),
    [
      ['version', '1', undefined, 1],
      ['image', 'base:1', undefined, 2],
      ['flags', '-x/h', 'of the compiler', 7],
      ['mine', '7', undefined, 14],
    ],
  )
})

test('an argument that is given again in a stage is told from there', async () => {
  const { args } = await outline('ARG a=1\nFROM scratch\nARG a=2\n', {}, '0')
  assert.deepEqual(
    args.map(({ value, place }) => [value, place.line]),
    [['2', 3]],
  )
})

test('what several stages name is told once, as the one nearest to the target has it', async () => {
  const secret = 'RUN --mount=type=secret,id=s true'
  const { args, secrets } = await outline(
    [
      `FROM scratch AS far\nARG a=far\nARG b=far\nARG c=far\n${secret}`,
      `FROM scratch AS base\nARG b=base\n${secret}`,
      'FROM base\nARG a=own\nCOPY --from=far /x /',
    ].join('\n'),
  )
  assert.deepEqual(
    args.map(({ name, value, place }) => [name, value, place.line]),
    [
      ['c', 'far', 4],
      ['b', 'base', 7],
      ['a', 'own', 10],
    ],
  )
  assert.deepEqual(
    secrets.map(({ place }) => place.line),
    [8],
  )
})

test('tells secrets and agents once, and whether they must be given', async () => {
  const { secrets, ssh } = await outline(dockerfile)
  assert.deepEqual(
    [...secrets, ...ssh].map(({ name, required, place }) => [name, required, place.line]),
    [
      ['token', true, 9],
      ['default', false, 15],
    ],
  )
})

test('names the target and what its comment says', async () => {
  const { name, description, ssh } = await outline(dockerfile, {}, 'build')
  assert.deepEqual([name, description, ssh.length], ['build', 'makes it', 0])
})
