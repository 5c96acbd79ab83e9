// Finds the runtime that works on this machine, crun before runc, by running a command in each, and remembers what it found: for as long as
// the machine is up and the runtime's file is the same, no process probes again.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { asFault, rootPath, sha256, silent, toRootPath } from '../core/index.ts'
import { defaultCapabilities } from './capabilities.ts'
import { type Bench, compileSeccomp, runContainer } from './container.ts'
import { isHybrid, type Method } from './method.ts'
import { seccompProfile } from './seccomp.ts'
import type { RunSpec } from './spec.ts'

export interface ProbeOptions {
  /** The file that remembers, for all processes. */
  readonly memory: string
  /** The one runtime to consider, by path; otherwise crun and runc where PATH and the system's directories have them. */
  readonly only?: string | undefined
}

const install = 'install one with: apt-get install crun'
const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The method that works, or a sentence that says why there is none and what to do. */
export async function findMethod(
  bench: Omit<Bench, 'method'>,
  options: ProbeOptions,
): Promise<Method | string> {
  if (process.platform !== 'linux') return `running commands needs Linux; this system is ${process.platform}`
  if (process.getuid?.() !== 0) return 'running commands needs root for now; run peel with sudo'
  const candidates = findCandidates(options.only)
  if (candidates.length === 0) return `there is no OCI runtime (crun or runc) on this machine; ${install}`
  const kept = recall(options.memory, candidates)
  if (kept !== undefined) return kept
  const problems: string[] = []
  for (const candidate of candidates) {
    const found = await tryMethods(bench, candidate)
    if (typeof found !== 'string') {
      remember(options.memory, found)
      return found
    }
    problems.push(`${candidate.path}: ${found}`)
  }
  return `no OCI runtime works on this machine (${problems.join('; ')})`
}

interface Candidate {
  readonly name: Method['name']
  readonly path: string
}

function findCandidates(only: string | undefined): readonly Candidate[] {
  if (only !== undefined) {
    const found = findProgram(only)
    return found === undefined
      ? []
      : [{ name: path.basename(found) === 'runc' ? 'runc' : 'crun', path: found }]
  }
  return (['crun', 'runc'] as const).flatMap((name) => {
    const found = findProgram(name)
    return found === undefined ? [] : [{ name, path: found }]
  })
}

function findProgram(name: string): string | undefined {
  if (name.includes('/')) return fs.existsSync(name) ? path.resolve(name) : undefined
  const directories = [...(process.env.PATH ?? '').split(':').filter(path.isAbsolute), ...systemDirectories]
  return directories.map((directory) => path.join(directory, name)).find((file) => fs.existsSync(file))
}

async function tryMethods(bench: Omit<Bench, 'method'>, candidate: Candidate): Promise<Method | string> {
  let problem = ''
  const version = readVersion(candidate.path)
  const crunCgroups = isHybrid() ? (['unified-bound', 'none'] as const) : (['none'] as const)
  for (const guard of guards()) {
    for (const cgroups of candidate.name === 'crun' ? crunCgroups : (['own'] as const)) {
      const method: Method = { ...candidate, version, guard, cgroups }
      const outcome = await tryMethod({ ...bench, method })
      if (outcome === undefined) return faster({ ...bench, method })
      problem ||= outcome
    }
  }
  return problem
}

/** With and without the programs that tie the container's life to ours. */
function guards(): readonly (readonly string[])[] {
  const [setpriv, unshare] = [findProgram('setpriv'), findProgram('unshare')]
  if (setpriv === undefined || unshare === undefined) return [[]]
  const death = [setpriv, '--pdeathsig', 'KILL']
  return [[...death, unshare, '--pid', '--fork', '--kill-child', '--mount-proc'], []]
}

/** The method with its seccomp profile compiled, where that works: it saves two thirds of the time of a run. */
async function faster(bench: Bench): Promise<Method> {
  const { method } = bench
  if (method.name !== 'crun' || method.guard.length === 0) return method
  const seccompProgram = await inProbeRoot(bench, (root) => compileSeccomp(bench, root, probeSpec()))
  if (seccompProgram === undefined) return method
  const compiled: Method = { ...method, seccompProgram }
  return (await tryMethod({ ...bench, method: compiled })) === undefined ? compiled : method
}

const expectedStatus = 42

/** Runs a command that succeeds when it finds itself confined; gives the problem, or `undefined`. */
async function tryMethod(bench: Bench): Promise<string | undefined> {
  let said = ''
  const io = {
    onOutput: (_: string, text: string) => {
      said += text
    },
  }
  try {
    const result = await inProbeRoot(bench, (root) =>
      runContainer(bench, root, { spec: probeSpec(), io }, silent),
    )
    if (result.status === expectedStatus) return undefined
    return said.trim() || `a test command ended with ${result.status}`
  } catch (error) {
    return asFault(error).message
  }
}

async function inProbeRoot<Result>({ work }: Bench, use: (root: string) => Promise<Result>): Promise<Result> {
  fs.mkdirSync(work, { recursive: true })
  const root = fs.mkdtempSync(path.join(path.resolve(work), 'probe-'))
  try {
    return await use(root)
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}

/** A shell of this machine, seen read-only in an otherwise empty root. */
function probeSpec(): RunSpec {
  const script = `while read -r key value; do case "$key$value" in Seccomp:2) exit ${expectedStatus};; esac; done </proc/self/status; exit 1`
  const shown = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr', '/nix', '/gnu'].filter((directory) =>
    fs.existsSync(directory),
  )
  return {
    args: ['/bin/sh', '-c', script],
    env: [],
    cwd: rootPath,
    user: { uid: 0, gid: 0, additionalGids: [] },
    mounts: shown.map((source) => ({ type: 'bind', source, target: toRootPath(source), readonly: true })),
    network: 'host',
    security: 'sandbox',
  }
}

function readVersion(program: string): string {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8' }).match(/\d+(\.\d+)+\S*/)?.[0] ?? ''
  } catch {
    return ''
  }
}

/** What a finding depends on; another key means probing again. */
function keyOf(candidate: Candidate): string {
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const profile = sha256(JSON.stringify(seccompProfile(process.arch, defaultCapabilities, 'seccomp')))
  return [boot, candidate.path, fs.statSync(candidate.path).mtimeMs, profile].join(' ')
}

function recall(memory: string, candidates: readonly Candidate[]): Method | undefined {
  try {
    const kept = JSON.parse(fs.readFileSync(memory, 'utf8')) as { key: string; method: Method }
    const candidate = candidates.find((one) => one.path === kept.method.path)
    return candidate !== undefined && keyOf(candidate) === kept.key ? kept.method : undefined
  } catch {
    return undefined
  }
}

function remember(memory: string, method: Method): void {
  try {
    fs.mkdirSync(path.dirname(memory), { recursive: true })
    const draft = `${memory}.${process.pid}`
    fs.writeFileSync(draft, JSON.stringify({ key: keyOf(method), method }), { mode: 0o600 })
    fs.renameSync(draft, memory)
  } catch {
    // A finding that cannot be kept is found again by the next process.
  }
}
