import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { isFault } from '../../core/index.ts'
import { compileIgnore, parseDockerfile } from '../../dockerfile/index.ts'
import type { CheckOptions, CheckReport } from './check.ts'
import { checkDockerfile } from './check.ts'
import { rules } from './rules.ts'

const base = {
  os: 'linux',
  architecture: 'amd64',
  config: { Env: ['PATH=/bin', 'APP_HOME=/app'] },
  rootfs: { type: 'layers', diff_ids: [] },
} as const

function check(text: string, options: Partial<CheckOptions> & { readonly args?: string } = {}) {
  const { args, ...rest } = options
  return checkDockerfile(parseDockerfile(text, { file: 'Dockerfile' }), {
    stages: 'all',
    buildArgs: new Map(args === undefined ? [] : [['BUILDKIT_DOCKERFILE_CHECK', args]]),
    platform: { os: 'linux', architecture: 'amd64' },
    findBase: async () => base,
    ...rest,
  })
}

async function found(text: string, options?: Parameters<typeof check>[1]): Promise<string[]> {
  return words(await check(text, options))
}

function words({ warnings }: CheckReport): string[] {
  return warnings.map(({ rule, place }) => `${place.line} ${rule}`)
}

/** For each rule a Dockerfile that breaks it and nothing else, and the line. */
const broken: Readonly<Record<string, readonly [string, number]>> = {
  NoEmptyContinuation: ['FROM b\nRUN a \\\n\n b', 4],
  StageNameCasing: ['FROM b AS Base', 1],
  FromAsCasing: ['FROM b as base', 1],
  ConsistentInstructionCasing: ['FROM b\nUSER a\nRun x', 3],
  DuplicateStageName: ['FROM b AS x\nFROM b AS x', 2],
  ReservedStageName: ['FROM b AS context', 1],
  JSONArgsRecommended: ['FROM b\nCMD a', 2],
  MaintainerDeprecated: ['FROM b\nMAINTAINER me', 2],
  UndefinedArgInFrom: ['ARG TAG=x\nFROM b:${TGA:-1}', 2],
  WorkdirRelativePath: ['FROM b\nWORKDIR app', 2],
  UndefinedVar: ['FROM b\nCOPY $APP_HOM .', 2],
  MultipleInstructionsDisallowed: ['FROM b\nCMD ["a"]\nCMD ["b"]', 2],
  LegacyKeyValueFormat: ['FROM b\nENV a b', 2],
  InvalidBaseImagePlatform: ['FROM --platform=linux/arm64 b AS arm64', 1],
  RedundantTargetPlatform: ['FROM --platform=$TARGETPLATFORM b', 1],
  SecretsUsedInArgOrEnv: ['FROM b\nARG NPM_TOKEN', 2],
  InvalidDefaultArgInFrom: ['ARG IMAGE\nFROM b$IMAGE:', 2],
  FromPlatformFlagConstDisallowed: ['FROM --platform=linux/amd64 b', 1],
  CopyIgnoredFile: ['FROM b\nCOPY a.md /', 2],
  InvalidDefinitionDescription: ['# check=experimental=all\n\n# what\nFROM b AS x', 4],
  ExposeProtoCasing: ['FROM b\nEXPOSE 80/TCP', 2],
  ExposeInvalidFormat: ['FROM b\nEXPOSE 8080:80', 2],
}

/** Where only the exact line or words tell whether a rule is right. */
const exact: readonly (readonly [text: string, line: number, message: string])[] = [
  ['FROM b\nRUN a\\\n\n', 3, 'Empty continuation line'],
  ['FROM b\nRUN cat <<E \\\n\n >f\nx\nE\n', 4, 'Empty continuation line'],
  [
    'FROM b\nWORKDIR a\tb',
    2,
    'Relative workdir "a\\tb" can have unexpected results if the base image changes',
  ],
  // what the same ARG declares later is not there yet
  ['FROM b\nARG FOO=$FOOD', 2, "Usage of undefined variable '$FOOD'"],
]

for (const [text, line, message] of exact)
  test(`${JSON.stringify(text)} is told in these words`, async () => {
    const { warnings } = await check(text)
    assert.deepEqual(
      warnings.map((warning) => [warning.place.line, warning.message]),
      [[line, message]],
    )
  })

test('a trigger needs its stage where it runs, not where it is set', async () => {
  const files = 'FROM scratch AS files\nENV a b\n'
  const setter = 'FROM scratch AS setter\nONBUILD COPY --from=files /a /\n'
  assert.deepEqual(await found(files + setter, { stages: 'needed' }), [])
  assert.deepEqual(await found(`${files}${setter}FROM setter\n`, { stages: 'needed' }), [
    '2 LegacyKeyValueFormat',
  ])
})

describe('each rule', () => {
  const ignore = compileIgnore('*.md')

  test('there are the 22 of BuildKit', () => {
    assert.deepEqual(rules.map(({ name }) => name).sort(), Object.keys(broken).sort())
  })

  for (const [rule, [text, line]] of Object.entries(broken))
    test(`${rule} finds its line, and can be silenced`, async () => {
      assert.deepEqual(await found(text, { ignore }), [`${line} ${rule}`])
      if (rule === 'InvalidDefinitionDescription')
        assert.deepEqual(await found(text.replace('=all', '=Other'), { ignore }), [])
      else assert.deepEqual(await found(`# check=skip=${rule}\n${text}`, { ignore }), [])
    })

  test('has a page', () => {
    const pages = path.join(import.meta.dirname, '../../../docs/rules')
    for (const { name } of rules)
      assert.match(fs.readFileSync(path.join(pages, `${name}.md`), 'utf8'), RegExp(`^# ${name}\n`))
  })
})

describe('settings', () => {
  test('a comment above one instruction holds for that one', async () => {
    const text = 'FROM b\n# check=skip=UndefinedVar // meant\nCOPY $x .\nCOPY $x .'
    assert.deepEqual(await found(text), ['4 UndefinedVar'])
  })

  test('the build argument takes the place of the directive', async () => {
    const text = '# check=skip=all\nFROM b as x'
    assert.deepEqual(await found(text), [])
    assert.deepEqual(await found(text, { args: 'error=true' }), ['2 FromAsCasing'])
    assert.equal((await check(text, { args: 'error=true' })).failOnWarning, true)
  })

  test('what cannot be read is refused', async () => {
    for (const args of ['nonsense', 'skp=all', 'error=maybe'])
      await assert.rejects(
        check('FROM b', { args }),
        (thrown) => isFault(thrown) && thrown.code === 'check.invalid',
      )
  })
})

describe('variables', () => {
  test('come from the base, its triggers, ENV and ARG; exec forms and RUN commands are not looked at', async () => {
    const text =
      'FROM b AS x\nARG a\nENV c=1\nONBUILD COPY $late /\nFROM x\nCOPY $APP_HOME$a$c .\nRUN echo $zzz\nCMD ["$zzz"]'
    assert.deepEqual(await found(text), ['5 UndefinedVar'])
  })

  test('of an image that is not at hand are not judged', async () => {
    assert.deepEqual(await found('FROM b\nCOPY $x .', { findBase: async () => undefined }), [])
  })

  test('a build looks only into the stages that it needs', async () => {
    const text = 'FROM b AS x\nCMD a\nFROM b AS y\nCMD b\nFROM scratch\nCOPY --from=y / /'
    assert.deepEqual(await found(text, { stages: 'needed' }), ['4 JSONArgsRecommended'])
    assert.deepEqual(await found(text, { target: 'x' }), ['2 JSONArgsRecommended'])
    assert.equal((await found(text)).length, 2)
  })
})

test('every FROM is told about before an instruction stops the build, and its text even behind a FROM that does', async () => {
  const behindInstruction = await check('FROM b\nEXPOSE ${a\nFROM b as x\nARG P\nFROM b:1$P')
  assert.equal(behindInstruction.fault?.details.place?.line, 2)
  assert.deepEqual(words(behindInstruction), ['3 FromAsCasing', '5 UndefinedArgInFrom'])
  const behindFrom = await check('ARG IMAGE\nARG OTHER\nFROM $IMAGE\nENV a b\nFROM $OTHER as x\nFROM b:$P')
  assert.equal(behindFrom.fault?.details.place?.line, 3)
  assert.deepEqual(words(behindFrom), [
    '3 InvalidDefaultArgInFrom',
    '5 FromAsCasing',
    '5 InvalidDefaultArgInFrom',
    '6 InvalidDefaultArgInFrom',
  ])
})

test('what would stop a build is told with its place, besides what was found before it', async () => {
  const { fault, warnings } = await check('FROM --platform=$BULIDPLATFORM scratch')
  assert.equal(fault?.details.place?.line, 1)
  assert.match(fault?.message ?? '', /did you mean BUILDPLATFORM/)
  assert.deepEqual(
    warnings.map(({ rule }) => rule),
    ['UndefinedArgInFrom'],
  )
})
