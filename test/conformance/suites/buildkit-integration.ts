// BuildKit's integration tests as builds of ours: contexts on disk, a build, and what its image must hold. A case that is incomplete is
// held to what it does state, except where the missing part is an input.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { BuildOptions } from '../../../src/engine/index.ts'
import { holdImage } from '../build-checks.ts'
import { type ContextEntry, contentOf, writeContext } from '../build-context.ts'
import {
  type Bench,
  type Built,
  described,
  needsRoot,
  type Outcome,
  openBench,
  skipForImage,
} from '../build-harness.ts'
import { type FileServer, serveFiles } from '../file-server.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface BuildStep {
  readonly context?: string
  readonly mounts?: Readonly<Record<string, string>>
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly exports?: readonly { readonly type: string; readonly attrs?: Readonly<Record<string, string>> }[]
  readonly secrets?: Readonly<Record<string, string>>
  readonly tag?: string
  readonly entitlements?: boolean
  readonly session?: unknown
  readonly cache?: boolean
}

interface Step {
  readonly build?: BuildStep
  readonly expect?: 'ok' | 'error' | '?'
  readonly errorContains?: readonly string[]
  readonly errorLines?: readonly number[]
  readonly [check: string]: unknown
}

interface IntegrationCase extends Case {
  readonly contexts?: Readonly<Record<string, readonly ContextEntry[]>>
  readonly steps: readonly Step[]
  readonly needs?: readonly string[]
  readonly risky?: readonly string[]
  readonly httpServer?: Readonly<Record<string, { readonly sameAs?: string; readonly content?: string }>>
  readonly complete?: boolean
}

const baseNames = ['alpine:latest', 'busybox:latest']
const unstated = /<(?:built at run time|url|up|\w*Str|dockerfile|\w+Name)>/

export async function* run(cases: readonly IntegrationCase[]): AsyncGenerator<Result> {
  let bench: Bench | undefined
  try {
    for (const one of cases)
      yield await verdict(one.id, async () => {
        bench ??= await openBench(baseNames)
        await using scene = await openScene(one, bench)
        await play(one, scene)
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

interface Scene extends AsyncDisposable {
  readonly bench: Bench
  /** One like it on which nothing was built; it goes with the scene. */
  emptyBench(): Promise<Bench>
  /** The directory that a cache goes to, made when one is exported. */
  readonly cache: string
  /** The directory of a context, written when first asked for. */
  context(name: string): Promise<string>
  readonly server: FileServer | undefined
  readonly served: ReadonlyMap<string, Buffer>
}

async function openScene(one: IntegrationCase, bench: Bench): Promise<Scene> {
  const served = new Map<string, Buffer>()
  for (const [url, { sameAs, content }] of Object.entries(one.httpServer ?? {})) {
    const [, context = '', file = ''] = /^context (\S+): (\S+)$/.exec(sameAs ?? '') ?? []
    const entry = one.contexts?.[context]?.find((candidate) => candidate.path === file)
    served.set(url, entry === undefined ? Buffer.from(content ?? '') : contentOf(entry))
  }
  const server = served.size === 0 ? undefined : await serveFiles(served)
  const directories = new Map<string, string>()
  const filled = (text: string): string => {
    const result = text
      .replaceAll('{{HTTP}}', () => server?.url ?? skip('what the HTTP server serves is not stated'))
      .replace(/\{\{IMAGE:(\w+)\}\}/g, (_, tag: string) => imageName(one, tag))
    if (unstated.test(result)) skip('the source makes the Dockerfile at run time')
    return result
  }
  let empty: Bench | undefined
  return {
    bench,
    async emptyBench() {
      empty ??= await openBench(baseNames)
      return empty
    },
    cache: path.join(bench.directory(), 'cache'),
    server,
    served,
    async context(name) {
      const known = directories.get(name)
      if (known !== undefined) return known
      const entries = one.contexts?.[name]
      if (entries === undefined) return skip(`the case does not state the context ${name}`)
      const directory = bench.directory()
      directories.set(name, directory)
      await writeContext(
        directory,
        entries.map((entry) =>
          entry.content === undefined ? entry : { ...entry, content: filled(entry.content) },
        ),
      )
      return directory
    },
    async [Symbol.asyncDispose]() {
      empty?.[Symbol.dispose]()
      await server?.close()
    },
  }
}

function imageName(one: IntegrationCase, tag: string): string {
  if (/[/:]/.test(tag)) return tag
  return `${one.id.toLowerCase().replace(/[^a-z0-9]+/g, '-')}/${tag.toLowerCase()}:latest`
}

async function play(one: IntegrationCase, scene: Scene): Promise<void> {
  for (const need of one.needs ?? []) {
    if (need === 'RUN') needsRoot()
    if (need === 'security-mode' && asksInsecure(one) && !hasAllCapabilities())
      skip('RUN --security=insecure can hand on only what this process has, which is not every capability')
  }
  if (one.risky?.some((risk) => risk.includes('git')) === true && !hasStatedBuilds(one))
    skip('the source makes its git repository at run time')
  holdSense(one)
  let last: Outcome | undefined
  const saved = new Map<string, Built>()
  let builds = 0
  for (const step of one.steps) {
    if (step.build === undefined) {
      if ('sub' in step) continue
      if ('table' in step) {
        // after a build a table is more assertions, of which it is not stated what they are about
        if (last === undefined) skip('the table of builds is made at run time')
        continue
      }
      if (last === undefined) skip('the source makes the build at run time')
      else if (last.ok) {
        const entries = Object.values(one.contexts ?? {}).flat()
        holdImage(step, last, {
          saved,
          contextFile(name) {
            const entry = entries.find((candidate) => candidate.path === name)
            return entry === undefined ? skip(`the case does not state ${name}`) : contentOf(entry)
          },
          servedFile: (url) => scene.served.get(url) ?? skip(`the case does not say what ${url} is`),
        })
      }
      continue
    }
    if ('via' in step) skip(`goes through BuildKit's ${String(step.via)}`)
    last = await build(one, step, scene)
    builds++
    if (typeof step.save === 'string' && last.ok) saved.set(step.save, last)
  }
  if (builds === 0) skip('the source makes its builds at run time')
}

function asksInsecure({ contexts = {} }: IntegrationCase): boolean {
  return Object.values(contexts).some((entries) =>
    entries.some(({ content }) => content?.includes('--security=insecure')),
  )
}

/** Whether this process could give a command the 38 capabilities that the source counts. */
function hasAllCapabilities(): boolean {
  const bounds = /^CapBnd:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]
  return bounds !== undefined && (BigInt(`0x${bounds}`) & 0x3fffffffffn) === 0x3fffffffffn
}

/** Skips a case that builds the same thing twice and wants both success and failure: the change in between is not stated. */
function holdSense({ steps }: IntegrationCase): void {
  const wanted = new Map<string, unknown>()
  for (const step of steps) {
    if (step.build === undefined) continue
    const key = JSON.stringify(step.build)
    if (wanted.has(key) && wanted.get(key) !== step.expect)
      skip('what the source changes between two equal builds is not stated')
    wanted.set(key, step.expect)
  }
}

function hasStatedBuilds(one: IntegrationCase): boolean {
  const dockerfiles = Object.values(one.contexts ?? {}).flatMap((entries) =>
    entries.filter((entry) => entry.path.endsWith('Dockerfile')).map((entry) => entry.content ?? ''),
  )
  return (
    dockerfiles.length > 0 && !dockerfiles.some((text) => unstated.test(text) || /\.git\b|git@/.test(text))
  )
}

async function build(one: IntegrationCase, step: Step, scene: Scene): Promise<Outcome> {
  const options = await optionsOf(one, step.build ?? {}, scene)
  // what comes from an exported cache must not be here already
  const bench = options.cacheFrom === undefined ? scene.bench : await scene.emptyBench()
  const outcome = await bench.build(options)
  if (step.expect === 'error') {
    if (outcome.ok) throw new Error(`the build succeeded; wanted ${step.errorContains?.[0] ?? 'an error'}`)
    assert.notEqual(outcome.fault.code, 'internal', outcome.fault.message)
    const said = `${outcome.fault.message} ${outcome.fault.details.hint ?? ''}`
    for (const text of step.errorContains ?? [])
      assert.ok(said.includes(text), `the fault says ${JSON.stringify(said)}, not ${JSON.stringify(text)}`)
    const [line] = step.errorLines ?? []
    if (line !== undefined) {
      const { place } = outcome.fault.details
      const end = place === undefined ? 0 : place.endLine
      assert.ok(
        place !== undefined && place.line <= line && line <= Math.max(place.line, end),
        `line ${place?.line}`,
      )
    }
  } else if (step.expect !== '?' && !outcome.ok) {
    skipForImage(outcome.fault)
    if (one.complete !== true && outcome.fault.code === 'copy.missing')
      skip('the case does not state all files of its context')
    throw described(outcome.fault, outcome.output)
  }
  return outcome
}

async function optionsOf(one: IntegrationCase, what: BuildStep, scene: Scene): Promise<BuildOptions> {
  const names = Object.keys(one.contexts ?? {})
  const only = what.context ?? what.mounts?.context ?? what.mounts?.dockerfile ?? names[0]
  const context = only === undefined ? skip('the case states no context') : await scene.context(only)
  const dockerfile = what.mounts?.dockerfile ?? only
  const attrs = what.attrs ?? {}
  const session = Array.isArray(what.session) ? what.session : []
  if (session.some((part) => part !== '<ssh>')) skip('needs a session that uploads the context')
  const buildArgs: Record<string, string> = {}
  const labels: Record<string, string> = {}
  const contexts: Record<string, string> = {}
  const options: { -readonly [K in keyof BuildOptions]?: BuildOptions[K] } = {}
  if (what.cache === true) options.cacheTo = [{ kind: 'local', directory: scene.cache, mode: 'max' }]
  if (session.length > 0) options.ssh = [{ id: 'default', paths: [makeKey(scene.bench.directory())] }]
  let filename = 'Dockerfile'
  for (const [name, raw] of Object.entries(attrs)) {
    if (name === 'cache-from' && fs.existsSync(scene.cache)) {
      options.cacheFrom = [{ kind: 'local', directory: scene.cache }]
      continue
    }
    if (typeof raw !== 'string' || unstated.test(raw)) skip(`the source makes ${name} at run time`)
    const value = raw as string
    const [kind = '', ...rest] = name.split(':')
    const key = rest.join(':')
    if (kind === 'build-arg') buildArgs[key] = value
    else if (kind === 'label') labels[key] = value
    else if (kind === 'context' && key !== '') contexts[key] = value
    else if (name === 'target') options.target = value
    else if (name === 'platform') {
      options.platform = value
    } else if (name === 'filename') filename = value
    else if (name === 'no-cache') {
      if (value === '') options.noCache = true
      else options.noCacheFilter = value.split(',')
    } else if (name === 'force-network-mode') {
      if (value !== 'host' && value !== 'none') skip(`Peel has no network ${value}`)
      options.network = value as 'host' | 'none'
    } else if (name === 'shm-size') options.shmSize = value
    else if (name === 'ulimit') options.ulimits = value.split(',')
    else if (name === 'hostname') buildArgs.BUILDKIT_SANDBOX_HOSTNAME = value
    else if (name === 'add-hosts') options.addHosts = value.split(',').map((pair) => pair.replace('=', ':'))
    else skip(`Peel has nothing like the attribute ${name}`)
  }
  if (Object.values(contexts).some((value) => value.includes('<')))
    skip('the source makes a context at run time')
  const named = new Map<string, string>()
  const used = new Set(['context', 'dockerfile', ...Object.values(contexts).map((value) => value.slice(6))])
  if (Object.keys(what.mounts ?? {}).some((name) => !used.has(name)))
    skip('a source policy that is not stated uses one of the mounts')
  for (const [name, value] of Object.entries(contexts))
    named.set(name, await contextValue(value, what, scene))
  options.contexts = Object.fromEntries(named)
  if (what.tag !== undefined) options.tags = [imageName(one, what.tag)]
  if (what.entitlements === true) options.allow = ['security.insecure', 'network.host']
  if (what.secrets !== undefined)
    options.secrets = Object.entries(what.secrets).map(([id, value]) => {
      const file = path.join(scene.bench.directory(), 'secret')
      fs.writeFileSync(file, value)
      return { id, from: 'file', path: file } as const
    })
  return {
    ...options,
    context: { kind: 'directory', path: context },
    // left to Peel where nothing says otherwise: it finds `dockerfile`, too
    ...(!(dockerfile === only && attrs.filename === undefined) && {
      dockerfile: {
        kind: 'path',
        path: path.join(await scene.context(dockerfile ?? only ?? ''), filename),
      } as const,
    }),
    buildArgs,
    labels,
  }
}

/** `local:NAME` is a directory that the step mounts under that name. */
async function contextValue(value: string, what: BuildStep, scene: Scene): Promise<string> {
  const local = /^local:(.+)$/.exec(value)?.[1]
  if (local === undefined) return value
  return scene.context(what.mounts?.[local] ?? local)
}

/** A key of its own for what the source gives as an agent. */
function makeKey(directory: string): string {
  const file = path.join(directory, 'key')
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  return made.status === 0 ? file : skip('there is no ssh-keygen')
}
