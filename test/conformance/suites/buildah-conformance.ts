// Buildah's comparison with docker, as builds of ours. Where the data holds a result that a buildah made, tree and configuration are
// held against it; else the build must work, its RUN checks hold and its output match.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { type Bench, type Built, needsRoot, openBench, skipForImage } from '../build-harness.ts'
import { type GoldenEntry, holdTree, readAllowed } from '../golden-tree.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'
import { type ContextChange, changeContext, copyContext, setTimes } from '../suite-context.ts'

interface BuildahCase extends Case {
  readonly contextDir?: string | null
  readonly dockerfile?: string
  readonly dockerfileText?: string
  readonly inline?: boolean
  readonly contextOps?: readonly ContextChange[]
  readonly buildArgs?: Readonly<Record<string, string>> | readonly string[]
  readonly baseImages?: readonly string[]
  readonly run?: boolean
  readonly expectFailure?: { readonly line?: number; readonly regex?: string }
  readonly stdoutRegex?: string
  readonly errRegex?: string
  readonly fsSkip?: readonly string[]
  readonly transientMounts?: readonly string[]
  readonly risky?: readonly string[]
  readonly dockerBuilder?: string
  readonly golden?: {
    readonly ok?: boolean
    readonly trust?: string
    readonly finalBase?: string
    readonly tree?: Readonly<Record<string, GoldenEntry>>
    readonly config?: Readonly<Record<string, unknown>>
  }
}

/** The time of every file of the contexts (2017-01-26T16:59:13Z). */
const contextTime = 1485449953
const busybox = '/bin/busybox'
/** Most cases of a distribution's image have results that were made on busybox; this one is for those that need its shell. */
const withBash = 'with-bash:latest'

export async function* run(cases: readonly BuildahCase[], directory: string): AsyncGenerator<Result> {
  const images = new Set(cases.flatMap(({ baseImages = [] }) => baseImages))
  let bench: Bench | undefined
  try {
    for (const one of cases)
      yield await verdict(one.id, async () => {
        const names = [...images].filter((name) => name !== 'scratch' && !name.includes('@'))
        bench ??= await openBench(names, [withBash])
        const tagAll = (image: string) => {
          for (const name of one.baseImages ?? []) if (name !== 'scratch') bench?.engine.tag(image, name)
        }
        const needsBash = one.risky?.some((risk) => risk.startsWith('needs bash')) === true
        if (needsBash) tagAll(withBash)
        await check(one, bench, path.join(directory, 'files/contexts'))
        if (needsBash) tagAll('busybox')
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

async function check(one: BuildahCase, bench: Bench, contexts: string): Promise<void> {
  if (one.run === true) needsRoot()
  if (one.transientMounts !== undefined) skip('mounts that outlast a RUN are buildah’s alone')
  const context = writeContext(one, bench, contexts)
  const outcome = await bench.build({
    context: { kind: 'directory', path: context },
    dockerfile: { kind: 'path', path: path.join(context, one.dockerfile ?? 'Dockerfile') },
    buildArgs: buildArguments(one.buildArgs),
    // what steps print is compared, so that none may come from the cache
    noCache: true,
  })
  if (one.expectFailure !== undefined) {
    if (outcome.ok) skipClassicIgnore(one, context)
    return holdFailure(outcome, one.expectFailure)
  }
  if (!outcome.ok) {
    skipForImage(outcome.fault)
    throw new Error(`${outcome.fault.message} [${outcome.output.slice(-200)}]`)
  }
  const said = outcome.output.replace(/\s+/g, ' ')
  for (const text of [one.stdoutRegex, one.errRegex])
    if (text !== undefined) assert.match(said, regular(text))
  try {
    holdGolden(one, outcome, bench)
  } catch (thrown) {
    skipClassicIgnore(one, context)
    throw thrown
  }
}

function skipClassicIgnore(one: BuildahCase, context: string): void {
  if (one.dockerBuilder === 'classic' && reincludes(context))
    skip('the classic builder does not look into an ignored directory for what a later pattern includes')
}

/** Whether the ignore file takes back what is below an ignored directory by a pattern rather than by its name. */
function reincludes(context: string): boolean {
  const file = path.join(context, '.dockerignore')
  return fs.existsSync(file) && /^!.*\*.*\//m.test(fs.readFileSync(file, 'utf8'))
}

function writeContext(one: BuildahCase, bench: Bench, contexts: string): string {
  const directory = bench.directory()
  const dockerfile = path.join(directory, one.dockerfile ?? 'Dockerfile')
  if (typeof one.contextDir === 'string') copyContext(path.join(contexts, one.contextDir), directory)
  if (one.inline === true || !fs.existsSync(dockerfile)) {
    fs.mkdirSync(path.dirname(dockerfile), { recursive: true })
    fs.writeFileSync(dockerfile, one.dockerfileText ?? '')
  }
  if (one.risky?.some((risk) => risk.includes('static executable "true"')) === true)
    fs.copyFileSync(busybox, path.join(directory, 'true'))
  setTimes(directory, contextTime)
  changeContext(directory, one.contextOps ?? [])
  return directory
}

function buildArguments(given: BuildahCase['buildArgs'] = {}): Readonly<Record<string, string>> {
  if (!Array.isArray(given)) return given as Readonly<Record<string, string>>
  return Object.fromEntries(given.map((text: string) => [text.split('=')[0], text.replace(/^[^=]*=/, '')]))
}

/** Go's `(?s)` is a flag here. */
function regular(text: string): RegExp {
  const [, flags = '', rest = text] = /^\(\?([a-z]+)\)(.*)$/s.exec(text) ?? []
  return new RegExp(rest, flags)
}

function holdFailure(
  outcome: Awaited<ReturnType<Bench['build']>>,
  { line, regex }: { line?: number; regex?: string },
) {
  assert.ok(!outcome.ok, 'the build succeeded')
  const { fault } = outcome
  assert.notEqual(fault.code, 'internal', fault.message)
  if (line !== undefined) assert.equal(fault.details.place?.line, line, fault.message)
  if (regex !== undefined) assert.equal(fault.code, 'copy.missing', fault.message)
}

function holdGolden({ golden, fsSkip = [] }: BuildahCase, built: Built, bench: Bench): void {
  // `check`: newer builders do otherwise, so that the result is no measure
  if (golden?.tree === undefined || golden.trust === 'check') return
  const base = golden.finalBase === 'scratch' ? undefined : bench.base
  holdTree(built.files, golden.tree, { ...readAllowed(fsSkip), base })
  const { config } = built.image.config
  const { WorkingDir, ...wanted } = filled(config)
  // BuildKit, unlike the classic builder, always says where a command starts
  assert.deepEqual(WorkingDir === '/' ? wanted : filled(config), filled(golden.config))
}

/** Without what is empty, and without what docker alone writes. */
function filled(config: object | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config ?? {}).filter(
      ([name, value]) =>
        name !== 'ArgsEscaped' &&
        !(
          value === '' ||
          value === null ||
          (Object.keys(Object(value)).length === 0 && typeof value === 'object')
        ),
    ),
  )
}
