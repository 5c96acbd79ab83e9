// One call of the runtime: bundle, process, streams, end. Knows nothing of choosing a runtime.
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type Context, Fault } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type ConfigPlaces, printConfig, runtimeConfig } from './config.ts'
import { writeEtc } from './etc.ts'
import { inPlainWords, readFailure } from './failure.ts'
import { mountFiles } from './files.ts'
import { cgroupOf, commandLine, type Method, prepare, sweepCgroups } from './method.ts'
import type { RunSpec } from './spec.ts'

/** Where the command's streams go: to Peel's own (`inherit`), or to `onOutput` as they come; stdin is then empty unless inherited. */
export type RunIo =
  | 'inherit'
  | {
      readonly stdin?: 'inherit' | 'null' | undefined
      readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void
    }

export interface RunResult {
  /** What the command exited with; 128 + n when signal n ended it, 127 when it was not found, 126 when it cannot be executed. */
  readonly status: number
  /** The signal that ended the runtime itself, which is no doing of the command's. */
  readonly signal?: string | undefined
}

export interface Bench {
  readonly kernel: Kernel
  /** A directory of this process. */
  readonly work: string
  readonly method: Method
}

let count = 0

/** Runs a command by a given method; see `Runtime.run`. */
export async function runContainer(
  bench: Bench,
  root: string,
  job: { readonly spec: RunSpec; readonly io: RunIo },
  ctx: Context,
): Promise<RunResult> {
  if (ctx.signal.aborted) throw cancelled()
  const { spec, io } = job
  const container = makeBundle(bench)
  prepare(bench.method, bench.kernel)
  try {
    using mounted = mountFiles(bench.kernel, path.join(container.bundle, 'files'), spec.mounts)
    writeConfig(container, spec, {
      root: path.resolve(root),
      ...writeEtc(bench.work, spec),
      files: mounted.files,
      bounds: readBounds(),
      cgroupsPath: cgroupOf(bench.method, container.id, spec.cgroupParent),
      seccompProgram: bench.method.seccompProgram,
    })
    const [program = '', ...options] = commandLine(bench.method, container.state, container.log)
    const child = spawn(program, [...options, 'run', '--bundle', container.bundle, container.id], {
      stdio: io === 'inherit' ? 'inherit' : [io.stdin === 'inherit' ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      env: runtimeEnvironment(),
    })
    const heard = plain(io, spec)
    const exited = await ended(child, heard.io, {
      signal: ctx.signal,
      kill: () => kill(bench, container, child),
    })
    if (ctx.signal.aborted) throw cancelled()
    const result = exited.status === 0 ? exited : { ...exited, status: heard.refusal() ?? exited.status }
    return readFailure(container.log, { spec, result }) ?? result
  } finally {
    fs.rmSync(container.bundle, { recursive: true, force: true })
    fs.rmSync(path.join(container.state, container.id), { recursive: true, force: true })
    if (ctx.signal.aborted && bench.method.cgroups === 'own') sweepCgroups()
  }
}

/** The sandbox's seccomp profile as crun compiles it, in base64; `undefined` where crun leaves none to be read. */
export async function compileSeccomp(bench: Bench, root: string, spec: RunSpec): Promise<string | undefined> {
  const container = makeBundle(bench)
  try {
    writeConfig(container, spec, {
      root,
      ...writeEtc(bench.work, spec),
      files: new Map(),
      bounds: readBounds(),
    })
    const [program = '', ...options] = commandLine(bench.method, container.state, container.log)
    // `create` leaves a process that waits for `start`; it dies with the pid namespace that the guard made.
    const child = spawn(program, [...options, 'create', '--bundle', container.bundle, container.id], {
      stdio: 'ignore',
      env: runtimeEnvironment(),
    })
    await ended(child, 'inherit', { signal: new AbortController().signal, kill: () => {} })
    const compiled = path.join(container.state, container.id, 'seccomp.bpf')
    return fs.existsSync(compiled) ? fs.readFileSync(compiled).toString('base64') : undefined
  } finally {
    fs.rmSync(container.bundle, { recursive: true, force: true })
    fs.rmSync(path.join(container.state, container.id), { recursive: true, force: true })
  }
}

interface Container {
  readonly id: string
  readonly bundle: string
  readonly state: string
  readonly log: string
}

function makeBundle({ work }: Bench): Container {
  const id = `peel-${process.pid}-${++count}`
  const bundle = path.resolve(work, id)
  fs.mkdirSync(bundle, { recursive: true, mode: 0o700 })
  return { id, bundle, state: path.resolve(work, 'state'), log: path.join(bundle, 'log') }
}

function writeConfig(container: Container, spec: RunSpec, places: ConfigPlaces): void {
  fs.writeFileSync(path.join(container.bundle, 'config.json'), printConfig(runtimeConfig(spec, places)), {
    mode: 0o600,
  })
}

function readBounds(): bigint {
  const mask = /^CapBnd:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]
  return BigInt(`0x${mask ?? '0'}`)
}

function runtimeEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', TERM: process.env.TERM ?? '' }
}

/** The streams with what the runtime says on them in plain words; `refusal` is the status for a command that it could not start. */
function plain(io: RunIo, spec: RunSpec): { readonly io: RunIo; readonly refusal: () => number | undefined } {
  if (io === 'inherit') return { io, refusal: () => undefined }
  let status: number | undefined
  const onOutput = (stream: 'stdout' | 'stderr', text: string): void => {
    if (stream === 'stdout') return io.onOutput(stream, text)
    const heard = inPlainWords(text, spec.args[0] ?? '')
    status ??= heard.status
    io.onOutput(stream, heard.text)
  }
  return { io: { ...io, onOutput }, refusal: () => status }
}

function cancelled(): Fault {
  return new Fault('cancelled', 'cancelled')
}

/** With a guard, killing its first process ends all; without, the runtime is asked to. */
function kill({ method }: Bench, container: Container, child: ChildProcess): void {
  child.kill('SIGKILL')
  if (method.guard.length > 0) return
  const [program = '', ...options] = commandLine(method, container.state, container.log)
  spawn(program, [...options, 'delete', '--force', container.id], { stdio: 'ignore' }).on('error', () => {})
}

function ended(
  child: ChildProcess,
  io: RunIo,
  stop: { readonly signal: AbortSignal; readonly kill: () => void },
): Promise<RunResult> {
  if (io !== 'inherit') {
    // setEncoding decodes with a StringDecoder: a character cut between two pieces comes whole with the second.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => io.onOutput('stdout', text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => io.onOutput('stderr', text))
  }
  stop.signal.addEventListener('abort', stop.kill)
  return new Promise<RunResult>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new Fault('runtime.failed', `the container runtime did not start: ${cause.message}`, { cause })),
    )
    child.on('close', (code, signal) =>
      resolve(signal === null ? { status: code ?? 1 } : { status: 137, signal }),
    )
  }).finally(() => stop.signal.removeEventListener('abort', stop.kill))
}
