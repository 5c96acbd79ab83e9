// From the flags of `peel build` to what the engine builds.
import { isIP } from 'node:net'
import { Fault } from '../../core/index.ts'
import type {
  BuildContext,
  BuildOptions,
  DockerfileSource,
  SaveFormat,
  SecretSource,
} from '../../engine/index.ts'
import { parseCacheFrom, parseCacheTo } from './build-caches.ts'
import { fail, parseFields } from './build-fields.ts'
import type { BuildFlags } from './build-flags.ts'
import { findRefusal } from './build-refused.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** All of standard input, as text. */
  readInput(): string
  /** The same as a stream. */
  readonly input: AsyncIterable<Uint8Array>
}

/** Faults with `usage.invalid` on what the flags' own grammar does not catch. */
export function readOptions(flags: BuildFlags, path: string, around: Surroundings): BuildOptions {
  const refusal = findRefusal(flags)
  if (refusal !== undefined) fail(refusal.message, refusal.hint)
  const secretArgs = flags['secret-build-arg']
  const buildArgs = readBuildArgs([...flags['build-arg'], ...secretArgs], around.env)
  return {
    ...whatToBuild(flags, path, around),
    annotations: flags.annotation,
    contexts: parseContexts(flags['build-context']),
    tags: flags.tag,
    target: flags.target,
    buildArgs,
    secretBuildArgs: secretArgs.map((text) => splitPair(text)[0]),
    labels: readLabels(flags.label),
    secrets: flags.secret.map((text) => parseSecret(text, around.env)),
    noCache: flags['no-cache'],
    requireCached: flags['require-cached'],
    allowSecretLeak: flags['allow-secret-leak'],
    pull: flags.pull,
    noCacheFilter: flags['no-cache-filter'].flatMap((text) => text.split(',')),
    platform: flags.platform,
    network: flags.network === 'default' ? undefined : flags.network,
    addHosts: flags['add-host'].map(parseHost),
    ulimits: flags.ulimit,
    shmSize: flags['shm-size'],
    cgroupParent: flags['cgroup-parent'],
    ssh: flags.ssh.map(parseAgent),
    allow: flags.allow.flatMap((text) => (text.startsWith('device=') ? [text] : text.split(','))),
    cdiSpecDirs: flags['cdi-spec-dir'],
    sourceDateEpoch: Object.hasOwn(buildArgs, 'SOURCE_DATE_EPOCH')
      ? undefined
      : parseEpoch(around.env.SOURCE_DATE_EPOCH),
    cacheFrom: flags['cache-from'].flatMap(parseCacheFrom),
    cacheTo: flags['cache-to'].flatMap(parseCacheTo),
    parallel: parseCount(flags.parallel),
  }
}

type What = { readonly context: BuildContext; readonly dockerfile?: DockerfileSource | undefined }

function whatToBuild(flags: BuildFlags, path: string, around: Surroundings): What {
  const { file } = flags
  if (path === '-') {
    if (file === '-') fail('the context and the Dockerfile cannot both come from standard input')
    const context: BuildContext = { kind: 'stream', stream: around.input }
    return file === undefined ? { context } : { context, dockerfile: dockerfileAt(file) }
  }
  const context: BuildContext = /^https?:\/\//.test(path)
    ? { kind: 'remote', url: path }
    : { kind: 'directory', path }
  if (file === undefined) return { context }
  return { context, dockerfile: file === '-' ? standardInput(around) : dockerfileAt(file) }
}

function dockerfileAt(file: string): DockerfileSource {
  return /^https?:\/\//.test(file) ? { kind: 'url', url: file } : { kind: 'path', path: file }
}

function standardInput(around: Surroundings): DockerfileSource {
  return { kind: 'text', text: around.readInput(), name: 'Dockerfile' }
}

function parseContexts(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [name, value] = splitPair(text)
      return [name, value || fail(`--build-context ${text} is not NAME=VALUE`)]
    }),
  )
}

/** `id=…[,type=file|env][,src=…|,source=…|,env=…]`; with neither the variable of that name, else the file (as docker does). */
export function parseSecret(text: string, env: Surroundings['env']): SecretSource {
  const fields = parseFields(text, '--secret')
  const unknown = [...fields.keys()].find((key) => !['id', 'type', 'src', 'source', 'env'].includes(key))
  if (unknown !== undefined) fail(`--secret ${text}: unknown field "${unknown}"`)
  const path = fields.get('src') ?? fields.get('source')
  const id = fields.get('id') ?? path
  const type = fields.get('type')
  if (id === undefined || id === '')
    return fail(`--secret ${text}: there is no id`, 'Write --secret id=NAME,src=PATH.')
  if (type !== undefined && type !== 'file' && type !== 'env')
    return fail(`--secret ${text}: type is file or env`)
  const variable = fields.get('env') ?? (type === 'env' ? (path ?? id) : undefined)
  if (variable !== undefined) return { id, from: 'env', variable }
  if (path === undefined && type === undefined && env[id] !== undefined)
    return { id, from: 'env', variable: id }
  return { id, from: 'file', path: path ?? id }
}

/** `default`, `ID` or `ID=SOCKET|KEY[,KEY…]`. */
function parseAgent(text: string): { readonly id: string; readonly paths: readonly string[] } {
  const [id, paths] = splitPair(text)
  return { id, paths: paths === undefined || paths === '' ? [] : paths.split(',') }
}

export interface SaveTo {
  readonly format: SaveFormat | 'tar' | 'directory' | 'registry'
  /** `-` is standard output. */
  readonly path: string
}

/**
 * `DIR`, `-` (a tar on standard output), `type=local|tar|docker|oci,dest=PATH[,tar=false]` or `type=registry`; `undefined` for what Peel does anyway
 * (`type=image`, `type=docker` alone).
 */
export function parseOutput(text: string): SaveTo | undefined {
  if (text === '-') return { format: 'tar', path: '-' }
  if (!text.includes('=')) return { format: 'directory', path: text }
  const fields = parseFields(text, '--output')
  const path = fields.get('dest')
  const type = fields.get('type') ?? ''
  if (type === 'registry' || (type === 'image' && fields.get('push') === 'true'))
    return { format: 'registry', path: '' }
  if (type === 'image' || (type === 'docker' && path === undefined)) {
    return undefined
  }
  const formats: Readonly<Record<string, SaveTo['format']>> = {
    docker: 'docker-archive',
    local: 'directory',
    oci: fields.get('tar') === 'false' ? 'oci-dir' : 'oci-archive',
    tar: 'tar',
  }
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined
  if (format === undefined) return fail(`--output ${text}: type "${type}" is not offered`, how)
  if (path === undefined || path === '') return fail(`--output ${text}: there is no dest`, how)
  if (path === '-' && (format === 'directory' || format === 'oci-dir'))
    return fail(`--output ${text}: a directory cannot be written to standard output`, how)
  return { format, path }
}

const how =
  'There are type=local,dest=DIR, type=tar,dest=FILE, type=docker,dest=FILE and type=oci,dest=FILE[,tar=false].'

function splitPair(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  if (name === '') fail(`"${text}" has no name: write NAME=VALUE`)
  return [name, equals < 0 ? undefined : text.slice(equals + 1)]
}

/** Docker takes `host:ip` and `host=ip`; an IPv6 address may stand in brackets. `host-gateway` is this machine, whose network RUN has. */
function parseHost(text: string): string {
  const [, name, written = ''] = /^([^:=]+)[:=](.+)$/.exec(text) ?? []
  if (name === undefined) return fail(`--add-host ${text} is not "host:ip"`)
  const address = written.trim().replace(/^\[(.*)\]$/, '$1')
  if (address === 'host-gateway') return `${name}:127.0.0.1`
  if (isIP(address) === 0) return fail(`--add-host ${text}: "${written}" is no IP address`)
  return `${name}:${address}`
}

function readLabels(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value = ''] = splitPair(text)
      if (name.trim() === '') return fail(`invalid label "${text}": empty name`)
      return [name, value]
    }),
  )
}

function parseEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,12}$/.test(text)) fail(`SOURCE_DATE_EPOCH is "${text}", not a number of seconds`)
  return Number(text)
}

function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) fail(`--parallel ${text} is not a number from 1 on`)
  return Number(text)
}

/** A name by itself has its value from the environment; where that has none, an earlier value stays. The last of two counts. */
function readBuildArgs(
  texts: readonly string[],
  env: Surroundings['env'],
): Readonly<Record<string, string | undefined>> {
  const args: Record<string, string | undefined> = {}
  for (const text of texts) {
    const [name, value] = splitPair(text)
    if (name === '')
      throw new Fault('usage.invalid', `invalid build argument "${text}": it has no name`, {
        hint: 'write --build-arg NAME=VALUE, or --build-arg NAME to take it from the environment',
      })
    args[name] = value ?? env[name] ?? args[name]
  }
  return args
}
