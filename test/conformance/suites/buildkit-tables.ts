// Tables of moby/buildkit about what instructions, options and names mean. What they call by functions of their own is asked of the
// plan of a Dockerfile that comes to the same.
import assert from 'node:assert/strict'
import { withoutCredentials } from '../../../src/build/sources/git-program.ts'
import { parseCacheFrom, parseCacheTo } from '../../../src/cli/commands/build-caches.ts'
import { isFault } from '../../../src/core/index.ts'
import { parseDuration } from '../../../src/dockerfile/go-values.ts'
import { parsePorts } from '../../../src/dockerfile/index.ts'
import type { CacheExport, CacheImport } from '../../../src/engine/index.ts'
import { proxyEnvironment } from '../../../src/plan/arguments.ts'
import { healthcheckCreatedBy } from '../../../src/plan/created-by.ts'
import { imageState, nextWorkdir, setImageVariable } from '../../../src/plan/state.ts'
import { safeFileName } from '../../../src/plan/url-file-name.ts'
import { readBuildFlags } from '../build-command.ts'
import { type PlanTextOptions, planText } from '../plan-text.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface TableCase extends Case {
  readonly spec?: string
  readonly specs?: readonly string[]
  readonly expect?: unknown
  readonly expected?: unknown
  readonly expError?: string
  readonly expectedErr?: string
  readonly err?: string | boolean
  readonly currentWorkdir?: string
  readonly newWorkDir?: string
  readonly desiredResult?: string
  readonly in?: string
  readonly want?: string
  readonly opts?: readonly string[]
  readonly env?: readonly string[] | Readonly<Record<string, string>>
  readonly args?: Readonly<Record<string, string | null>>
  readonly key?: string
  readonly value?: string
  readonly input?: string
  readonly url?: string
  readonly dockerfile?: string
  readonly options?: { readonly target?: string; readonly buildArgs?: Readonly<Record<string, string>> }
  readonly healthcheck?: Readonly<Record<string, unknown>>
  readonly importCaches?: readonly string[]
  readonly exportCaches?: readonly string[]
}

export async function* run(cases: readonly TableCase[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
      return check === undefined ? skip(`${one.op}: ${reasonAgainst(one.op)}`) : check(one)
    })
}

function reasonAgainst(op = ''): string {
  if (/PURL/.test(op)) return 'Peel names images by references, never by package URLs'
  if (op === 'NormalizePlatform') return 'versions of Windows bases'
  return 'a part of the source that has no counterpart here'
}

const checks: Readonly<Record<string, (one: TableCase) => unknown>> = {
  exposePorts: checkPorts,
  ParsePortEmptyContainerPort: checkPorts,
  PartPortIPV6: checkPorts,
  NormalizeWorkdir: checkWorkdir,
  NormalizeWorkdirUnix: checkWorkdir,
  ParseOpt: checkOptions,
  SafeFileName: (one) => assert.equal(safeFileName(one.in ?? ''), one.want),
  RedactCredentials({ url = '', want = '' }) {
    // BuildKit tells a name from a password; here both go as one
    assert.equal(withoutCredentials(url), want.replace(/(?:xxxxx)?(?::xxxxx)?@/, 'xxxxx@'))
  },
  planDockerfile: checkPlan,
  ParseImportCache: ({ importCaches = [], ...one }) =>
    checkCaches(one, () => importCaches.flatMap(parseCacheFrom)),
  ParseExportCache: ({ exportCaches = [], ...one }) =>
    checkCaches(one, () => exportCaches.flatMap(parseCacheTo)),
  addEnv({ env = [], key = '', value = '', expect }) {
    const state = imageState(imageOf(env as readonly string[]))
    setImageVariable(state, key, value)
    assert.deepEqual(
      state.config.Env?.filter((text) => !text.startsWith('PATH=')),
      expect,
    )
  },
  parseKeyValue({ input = '', key = '', value = '' }) {
    assert.equal(imageState(imageOf([input])).env.get(key), value)
  },
  mergeArgsEnv: checkEnvironment,
  proxyFromBuildArgs({ args = {}, expect }) {
    const env = proxyEnvironment(new Map(Object.entries(args).map(([name, value]) => [name, value ?? ''])))
    const names = {
      HTTPProxy: 'HTTP_PROXY',
      HTTPSProxy: 'HTTPS_PROXY',
      FTPProxy: 'FTP_PROXY',
      NoProxy: 'NO_PROXY',
      AllProxy: 'ALL_PROXY',
    }
    const found = Object.entries(names).flatMap(([field, name]) => {
      const value = env.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1)
      return value === undefined ? [] : [[field, value]]
    })
    assert.deepEqual(Object.fromEntries(found), expect ?? {})
  },
  async sourceDateEpoch({ value = '', expect }) {
    const plan = () => planText('FROM scratch\n', { buildArgs: { SOURCE_DATE_EPOCH: value } })
    const problem = /^error: (.*)$/.exec(String(expect))?.[1]
    if (problem !== undefined) return assert.rejects(plan, withMessage(problem))
    const { epoch } = (await plan()).plan
    assert.equal(epoch === undefined ? null : String(epoch), expect === null ? null : String(expect))
  },
  historyText({ healthcheck, expect }) {
    const times = Object.entries(healthcheck ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? (parseDuration(value) ?? 0) : value,
    ])
    assert.equal(healthcheckCreatedBy(Object.fromEntries(times)), expect)
  },
}

/** The notation is docker's, which has no `type=gha` for us; BuildKit keeps it as text where here it has names. */
function checkCaches(
  { op, expected, expectedErr = '' }: TableCase,
  read: () => readonly (CacheImport | CacheExport)[],
): void {
  const wanted = (expected ?? []) as readonly { readonly Type: string; readonly Attrs: object }[]
  const other = wanted.find(({ Type }) => Type !== 'registry' && Type !== 'local')
  if (other !== undefined) skip(`Peel has no shared cache of type ${other.Type}`)
  if (expectedErr !== '') return assert.throws(read, isFault)
  const found = read().map((cache) => {
    const place = cache.kind === 'registry' ? { ref: cache.ref } : {}
    const mode = op === 'ParseExportCache' ? { mode: ('mode' in cache && cache.mode) || 'min' } : {}
    return { Type: cache.kind, Attrs: { ...place, ...mode } }
  })
  assert.deepEqual(
    found,
    wanted.map(({ Type, Attrs }) => ({ Type, Attrs })),
  )
}

function checkPorts({ spec = '', specs, expect, expected, expError, ...rest }: TableCase): void {
  const read = () => parsePorts(specs ?? [spec]).map(({ text }) => text)
  const error = expError ?? (typeof rest.error === 'string' ? rest.error : undefined)
  const isBad =
    error !== undefined || rest.error === true || (expect as { error?: unknown })?.error !== undefined
  if (!isBad) return assert.deepEqual(read(), expect ?? expected)
  assert.throws(read, withMessage(error ?? ''))
}

function withMessage(text: string) {
  return (thrown: unknown) => isFault(thrown) && thrown.message.includes(text)
}

function checkWorkdir({ currentWorkdir = '', newWorkDir = '', desiredResult, err = '' }: TableCase): void {
  if (err !== '') skip('an error that only Windows paths have')
  assert.equal(nextWorkdir(nextWorkdir('/', currentWorkdir), newWorkDir), desiredResult)
}

/** BuildKit's `--opt build-arg:A=b` is docker's `--build-arg A=b`. */
function checkOptions({ opts = [], env = {}, expected, expectedErr }: TableCase): void {
  const argv = opts.flatMap((text) => {
    if (text.startsWith('build-arg:')) return ['--build-arg', text.slice('build-arg:'.length)]
    if (text === 'target' || text.startsWith('target=')) return [`--${text}`]
    return skip(`the option ${text} has no counterpart here`)
  })
  const read = () => readBuildFlags(argv, env as Readonly<Record<string, string>>)
  if (expectedErr !== undefined && expectedErr !== '') return assert.throws(read, isFault)
  const { buildArgs = {}, target } = read()
  const given = Object.entries(buildArgs).filter(([, value]) => value !== undefined)
  assert.deepEqual(
    {
      ...Object.fromEntries(given.map(([name, value]) => [`build-arg:${name}`, value])),
      ...(target !== undefined && { target }),
    },
    expected,
  )
}

async function checkPlan({ dockerfile = '', options = {}, expect }: TableCase): Promise<void> {
  const wanted = expect as { ok?: boolean; error?: string | true; config?: Record<string, unknown> }
  const given: PlanTextOptions = { buildArgs: options.buildArgs ?? {}, target: options.target }
  if (wanted.error !== undefined)
    return assert.rejects(
      () => planText(dockerfile, given),
      withMessage(wanted.error === true ? '' : wanted.error),
    )
  const { config } = await planText(dockerfile, given)
  for (const [name, value] of Object.entries(wanted.config ?? {}))
    assert.deepEqual((config as Readonly<Record<string, unknown>>)[name], value, name)
}

/** Where a stage is built on another, the image's environment counts before the arguments that it inherits. */
async function checkEnvironment({ args = {}, env = [], expect }: TableCase): Promise<void> {
  const declared = Object.entries(args).map(
    ([name, value]) => `ARG ${name}${value === null ? '' : `=${value}`}\n`,
  )
  const { steps } = await planText(`FROM base AS one\n${declared.join('')}FROM one\nRUN env\n`, {
    base: { Env: env },
  })
  const [last] = steps
  assert.ok(last?.kind === 'run')
  const own = Object.fromEntries(
    last.env.map((text) => [text.replace(/=.*$/s, ''), text.slice(text.indexOf('=') + 1)]),
  )
  const { PATH: _, ...merged } = own
  assert.deepEqual(merged, expect)
}

function imageOf(env: readonly string[]) {
  return {
    architecture: 'amd64',
    os: 'linux',
    config: { Env: env },
    rootfs: { type: 'layers' as const, diff_ids: [] },
  }
}
