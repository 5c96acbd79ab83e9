// openshift/imagebuilder: its words and ignore files, what a Dockerfile plans (copies, runs, configuration), and its Docker conformance
// contexts as builds of ours. Its word expansion is a shell's where BuildKit's is not (anchored replacements, a replacement left out).
import assert from 'node:assert/strict'
import path from 'node:path'
import { isFault } from '../../../src/core/index.ts'
import { expandWord, readIgnoreFile } from '../../../src/dockerfile/index.ts'
import { type Bench, needsRoot, openBench } from '../build-harness.ts'
import { isDistribution } from '../distribution-base.ts'
import { type PlannedText, planText } from '../plan-text.ts'
import { smokeBuild, standInNames } from '../smoke-build.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface BuilderCase extends Case {
  readonly input?: readonly string[]
  readonly result?: readonly string[]
  readonly pattern?: string
  readonly expected?: string
  readonly expectError?: boolean
  readonly dockerfile?: string
  readonly dockerfileText?: string
  readonly args?: Readonly<Record<string, string>>
  readonly buildArgs?: Readonly<Record<string, string>>
  readonly baseImage?: { readonly Config?: Readonly<Record<string, unknown>> }
  readonly baseImages?: readonly string[]
  readonly from?: string
  readonly error?: boolean
  readonly copies?: readonly { readonly Src: readonly string[]; readonly Dest: string }[]
  readonly runs?: readonly { readonly Args: readonly string[]; readonly Shell?: boolean }[]
  readonly config?: Readonly<Record<string, unknown>>
  readonly expectedFrom?: string
  readonly expectedValue?: string
  readonly expectBuild?: string
  readonly context?: string | null
  readonly outputRegexes?: readonly string[]
}

export async function* run(cases: readonly BuilderCase[], directory: string): AsyncGenerator<Result> {
  const names = ['mirror.gcr.io/busybox', ...standInNames(cases.flatMap(({ baseImages = [] }) => baseImages))]
  let bench: Bench | undefined
  try {
    for (const one of cases)
      yield await verdict(one.id, async () => {
        if (one.op !== 'conformance' && one.op !== 'copyFrom') return check(one)
        needsRoot()
        bench ??= await openBench(
          names.filter((name) => !isDistribution(name)),
          names.filter(isDistribution),
        )
        await build(one, bench, directory)
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

function check(one: BuilderCase): Promise<void> | void {
  switch (one.op) {
    case 'ParseDockerignore':
      return checkIgnoreFile(one)
    case 'ProcessWord':
      return checkWord(one)
    case 'dockerfileConfig':
      return checkPlan(one)
    case 'HeadingArg':
      return checkHeading(one)
    case 'Args':
      return checkArgument(one)
    default:
      skip(`${one.op}: a part of the source that has no counterpart here`)
  }
}

function checkIgnoreFile({ input = [], result = [] }: BuilderCase): void {
  const found = readIgnoreFile(input.join('\n')).map((line) => line.pattern)
  // A lone slash stands for nothing; BuildKit keeps it, the source drops it.
  assert.deepEqual(
    found.filter((text) => text !== '/'),
    result,
  )
}

/** The environment of the source's test, as its results imply it. */
const variables: Readonly<Record<string, string>> = {
  EDITOR: 'vim',
  FOUREYES: 'iiii',
  XMODIFIERS: '@im=ibus',
}

function checkWord({ pattern = '', expected, expectError }: BuilderCase): void {
  if (/\/[#%]/.test(pattern) || /^\$\{\w+\/\/?(?:\$\{\w+\}|[^/}])*\}$/.test(pattern))
    skip('a replacement as shells have it, not the Dockerfile language')
  const read = () => expandWord(pattern, (name) => variables[name], { escape: '\\' }).text
  if (expectError === true) return assert.throws(read, isFault)
  assert.equal(read(), expected)
}

async function checkPlan(one: BuilderCase): Promise<void> {
  const plan = () =>
    planText(one.dockerfileText ?? '', { buildArgs: one.args ?? {}, base: one.baseImage?.Config })
  if (one.error === true) return assert.rejects(plan, isFault)
  const planned = await plan().catch((thrown: unknown) => {
    if (isFault(thrown) && thrown.message.startsWith('unknown instruction'))
      skip('the source lets unknown instructions pass; here as in BuildKit they are errors')
    throw thrown
  })
  assert.equal(planned.from, one.from)
  assert.deepEqual(
    copiesOf(planned),
    (one.copies ?? []).map(({ Src, Dest }) => ({ Src, Dest })),
  )
  assert.deepEqual(
    runsOf(planned),
    (one.runs ?? []).map(({ Args, Shell = false }) => ({ Args, Shell })),
  )
  for (const [name, wanted] of Object.entries(one.config ?? {})) {
    if (name === 'Image') continue
    const value = (planned.config as Readonly<Record<string, unknown>>)[name]
    if (name === 'Env') assert.deepEqual(withoutPath(value), withoutPath(wanted))
    else if (name === 'Healthcheck')
      assert.deepEqual(
        { Interval: 0, Retries: 0, StartInterval: 0, StartPeriod: 0, Timeout: 0, ...(value as object) },
        wanted,
      )
    else assert.deepEqual(value, wanted, name)
  }
}

/** The source starts with an empty environment; here an image always has a PATH. */
function withoutPath(env: unknown): readonly string[] {
  return ((env ?? []) as readonly string[]).filter((text) => !/^(?:PATH|BAR)=/.test(text))
}

function copiesOf({ steps }: PlannedText) {
  return steps.flatMap((step) =>
    step.kind === 'copy'
      ? [
          {
            Src: step.items.map((item) =>
              item.kind === 'url' ? item.url : item.kind === 'path' ? item.path : '',
            ),
            Dest: step.destination,
          },
        ]
      : [],
  )
}

function runsOf({ steps, shell }: PlannedText) {
  return steps.flatMap((step) => {
    if (step.kind !== 'run') return []
    const isShell = shell.every((word, at) => step.args[at] === word)
    return [{ Args: isShell ? step.args.slice(shell.length) : step.args, Shell: isShell }]
  })
}

async function checkHeading({ args = {}, expectedFrom, dockerfile }: BuilderCase): Promise<void> {
  const text = dockerfile ?? 'ARG FOO=latest\nARG BAZ=baz\nFROM busybox:$FOO\nARG BAZ\nRUN echo $BAZ\n'
  assert.equal((await planText(text, { buildArgs: args })).from, expectedFrom)
}

async function checkArgument({ args = {}, dockerfile = '', expectedValue = '' }: BuilderCase): Promise<void> {
  const { steps } = await planText(`${dockerfile}\nRUN env\n`, { buildArgs: args })
  const last = steps.at(-1)
  assert.ok(
    last?.kind === 'run' && last.env.includes(expectedValue),
    `the environment has no ${expectedValue}`,
  )
}

async function build(one: BuilderCase, bench: Bench, directory: string): Promise<void> {
  // of a context that is not named only the files are at hand that other cases need, too
  if (one.context === null && /^COPY (?!--from)\w/m.test(one.dockerfileText ?? ''))
    skip('the case names no context')
  const outcome = await smokeBuild(bench, {
    context: typeof one.context === 'string' ? path.join(directory, one.context) : undefined,
    dockerfileText: one.dockerfileText ?? '',
    buildArgs: one.buildArgs ?? {},
    expectFailure: one.expectBuild !== undefined && one.expectBuild !== 'ok',
  })
  for (const text of one.outputRegexes ?? []) {
    const [, flags = '', rest = text] = /^\(\?([a-z]+)\)(.*)$/s.exec(text) ?? []
    assert.match(outcome.output, new RegExp(rest, flags))
  }
}
