// moby's classic `docker build` cases as builds of ours. Error texts are the classic builder's, so that of a failure only the fact and
// the line it names count; what the source works out at run time cannot be restated and is skipped.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { asFault, parseDigest } from '../../../src/core/index.ts'
import { readBuildFlags } from '../build-command.ts'
import { type ContextEntry, writeContext } from '../build-context.ts'
import { type Bench, described, needsRoot, type Outcome, openBench, skipForImage } from '../build-harness.ts'
import { goFormat } from '../go-format.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface BuildStep {
  readonly tag?: string
  readonly dockerfile?: string
  readonly files?: readonly ContextEntry[]
  readonly contextRef?: string
  readonly contextPath?: string
  readonly flags?: readonly string[]
  /** `NAME=VALUE`. */
  readonly env?: readonly string[]
  readonly noCache?: boolean
}

interface Step {
  readonly build?: BuildStep
  readonly expect?: 'ok' | 'error' | '?'
  readonly errorContains?: readonly string[]
  readonly outputContains?: readonly string[]
  readonly outputNotContains?: readonly string[]
  readonly id?: string
  readonly inspect?: string
  readonly text?: string
  readonly json?: string
  readonly sameImage?: readonly string[]
  readonly differentImage?: readonly string[]
  readonly changeContext?: string
  readonly write?: string
  readonly content?: string
}

interface CliCase extends Case {
  readonly contexts?: Readonly<Record<string, readonly ContextEntry[]>>
  readonly steps: readonly Step[]
  readonly needs?: readonly string[]
  readonly complete?: boolean
  readonly incompleteBecause?: readonly string[]
}

/** The runner's way to say that the source makes a value when it runs. */
const unstated = /<(?:built at run time|\w+)>/

export async function* run(cases: readonly CliCase[]): AsyncGenerator<Result> {
  let bench: Bench | undefined
  try {
    for (const one of cases)
      yield await verdict(one.id, async () => {
        bench ??= await openBench()
        await check(one, bench)
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

async function check(one: CliCase, bench: Bench): Promise<void> {
  const { needs = [], steps } = one
  if (needs.includes('RUN')) needsRoot()
  for (const need of needs) if (/login|push/.test(need)) skip(`needs a registry (${need})`)
  const contexts = new Map<string, string>()
  const ids = new Map<string, string>()
  let last: Outcome | undefined
  let tag = ''
  for (const step of steps) {
    if (step.changeContext !== undefined) await change(step, contextOf(step.changeContext))
    else if (step.build !== undefined) {
      last = await build(step.build, step)
      tag = step.build.tag ?? ''
      if (step.id !== undefined && last.ok) ids.set(step.id, last.result.id)
    } else if (step.inspect !== undefined) inspect(step, bench, tag)
    else if (changesUnstated(one) && (step.sameImage ?? step.differentImage) !== undefined)
      skip('what the source does to the cache between the builds is not stated')
    else if (step.sameImage !== undefined)
      assert.equal(new Set(step.sameImage.map(idOf)).size, 1, 'the cache was missed')
    else if (step.differentImage !== undefined)
      assert.equal(
        new Set(step.differentImage.map(idOf)).size,
        step.differentImage.length,
        'the cache was hit wrongly',
      )
    else skip(`the runner does not know the step ${Object.keys(step).join(', ')}`)
  }

  function contextOf(name: string): string {
    const known = contexts.get(name)
    if (known !== undefined) return known
    const directory = bench.directory()
    contexts.set(name, directory)
    return directory
  }

  function idOf(name: string): string {
    return ids.get(name) ?? skip(`the case has no build ${name}`)
  }

  async function change({ write = '', content = '' }: Step, directory: string): Promise<void> {
    await fill(directory, contextName(directory))
    await writeContext(directory, [{ path: write, content }])
  }

  function contextName(directory: string): string {
    return [...contexts].find(([, value]) => value === directory)?.[0] ?? ''
  }

  /** The context's first state; further entries of a path are what later steps write. */
  async function fill(directory: string, name: string): Promise<void> {
    if (fs.readdirSync(directory).length > 0) return
    const first = new Map<string, ContextEntry>()
    for (const entry of one.contexts?.[name] ?? []) if (!first.has(entry.path)) first.set(entry.path, entry)
    statedOnly([...first.values()])
    await writeContext(directory, [...first.values()])
  }

  async function build(what: BuildStep, step: Step): Promise<Outcome> {
    let directory: string
    if (what.contextRef !== undefined) {
      directory = contextOf(what.contextRef)
      await fill(directory, what.contextRef)
    } else if (what.contextPath !== undefined) {
      if (unstated.test(what.contextPath)) skip('the source makes the context at run time')
      directory = what.contextPath
    } else {
      if (what.dockerfile === undefined && what.files === undefined)
        skip('the source makes the context at run time')
      const files = what.files ?? [{ path: 'Dockerfile', content: what.dockerfile ?? '' }]
      statedOnly(files)
      directory = bench.directory()
      await writeContext(directory, files)
    }
    const outcome = await start(what, directory)
    if (step.expect === 'ok' && !outcome.ok) {
      skipForImage(outcome.fault)
      if (outcome.fault.code === 'kernel.unable') skip(outcome.fault.message)
      if (one.complete !== true && outcome.fault.code === 'copy.missing')
        skip('the case does not state all files of its context')
      throw described(outcome.fault, outcome.output)
    }
    if (step.expect === 'error') holdFailure(outcome, step)
    // the classic builder writes down every instruction; of ours, those without a layer are in the history only
    const history = outcome.ok ? (outcome.image.config.history ?? []) : []
    const instructions = [...outcome.names, ...history.map((entry) => entry.created_by ?? '')]
    const said = `${instructions.join('\n')}\n${outcome.output}`
    for (const text of step.outputContains ?? [])
      if (!/^(?:# Executing|Step \d|--->|Removing|Successfully)/.test(text))
        assert.ok(
          said.includes(text),
          `the output lacks ${JSON.stringify(text)}: ${outcome.output.slice(0, 200)}`,
        )
    for (const text of step.outputNotContains ?? []) {
      if (text !== 'Using cache')
        assert.ok(!outcome.output.includes(text), `the output has ${JSON.stringify(text)}`)
      else if (one.complete === true && outcome.ok)
        assert.ok(
          outcome.result.steps.some((done) => done.outcome === 'done'),
          'everything came from the cache',
        )
    }
    return outcome
  }

  async function start(what: BuildStep, directory: string): Promise<Outcome> {
    const argv = [...(what.flags ?? []), ...(what.noCache === true ? ['--no-cache'] : [])]
    if (argv.some((word) => /^<|=<|<built/.test(word) && !word.includes('iidfile') && !/IidFile/.test(word)))
      skip('the source makes a flag at run time')
    const env = Object.fromEntries((what.env ?? []).map((text) => text.split(/=(.*)/s, 2)))
    try {
      const options = readBuildFlags(argv, env, directory)
      const tags = what.tag === undefined || unstated.test(what.tag) ? [] : [what.tag]
      return await bench.build({ ...options, tags: [...tags, ...(options.tags ?? [])] })
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown.name !== 'Fault') throw thrown
      return { ok: false, fault: asFault(thrown), output: '', names: [], events: [] }
    }
  }
}

/** Whether the source does more between the builds than the steps say; assertions that are left out change nothing. */
function changesUnstated({ complete, incompleteBecause = [] }: CliCase): boolean {
  return complete !== true && incompleteBecause.some((why) => !['assert', 'if', 'expect'].includes(why))
}

function statedOnly(files: readonly ContextEntry[]): void {
  for (const file of files)
    if (/^<(?:built at run time|\w+)>$/.test(file.content?.trim() ?? ''))
      skip(`the source makes ${path.basename(file.path)} at run time`)
}

function holdFailure(outcome: Outcome, step: Step): void {
  if (outcome.ok) throw new Error(`the build succeeded; wanted ${step.errorContains?.[0] ?? 'an error'}`)
  assert.notEqual(outcome.fault.code, 'internal', outcome.fault.message)
  for (const text of step.errorContains ?? []) {
    const line = /\bline (\d+)\b/.exec(text)?.[1]
    if (line !== undefined) assert.equal(outcome.fault.details.place?.line, Number(line))
    const status = /non-zero code: (\d+)/.exec(text)?.[1]
    if (status !== undefined) assert.match(outcome.fault.message, new RegExp(`\\b${status}\\b`))
  }
}

/**
 * The classic builder's ContainerConfig is that of the container of the last step: the image's own, and as its command the instruction,
 * which is in the history here.
 */
function inspect({ inspect: path = '', text, json }: Step, bench: Bench, tag: string): void {
  if (path === 'ContainerConfig.Cmd' && json?.includes('#(nop)') === true) {
    const instruction: string = JSON.parse(json).at(-1)
    const [image] = bench.engine.inspect([tag])
    const { history } = bench.store.images.get(parseDigest(String(image?.Id))).config
    return assert.equal(history?.at(-1)?.created_by, instruction)
  }
  const field = path.replace(/^ContainerConfig\./, 'Config.')
  let value: unknown = bench.engine.inspect([tag])[0]
  for (const part of field.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
  if (json !== undefined) assert.deepEqual(value ?? null, JSON.parse(json))
  else assert.equal(goFormat(value), text)
}
