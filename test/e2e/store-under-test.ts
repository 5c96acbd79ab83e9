// Peel as its users start it: the program in a process of its own, over a store in a temporary directory with a busybox base.
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { baseChanges, baseMissing, baseTar } from '../conformance/build-base.ts'
import { repository } from '../sources.ts'

export const baseName = 'base:1'

/** Why tests that run commands in images are skipped here; false where they can run. */
export function skipReason(): string | false {
  if (process.getuid?.() !== 0) return 'running commands needs root'
  return baseMissing() ?? false
}

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Peak resident memory in bytes, as last seen; the kernel's own high-water mark. */
  readonly peak: number
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What has come on standard error so far. */
  readonly stderr: () => string
}

export interface StoreUnderTest extends Disposable {
  readonly folder: string
  readonly root: string
  start(...args: readonly string[]): Started
  /** Runs to the end; throws with its output when the status is not 0. */
  peel(...args: readonly string[]): Promise<Ended>
  /** Writes a context directory and returns its path. */
  context(name: string, files: Readonly<Record<string, string>>): string
}

/** Opens a fresh store with the base in it. */
export async function openStoreUnderTest(): Promise<StoreUnderTest> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const root = path.join(folder, 'store')
  const start = (...args: readonly string[]): Started => {
    const child = spawn(path.join(repository, 'bin/peel'), args, {
      env: { ...process.env, PEEL_ROOT: root },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr, peak] = ['', '', 0]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const timer = setInterval(() => {
      peak = Math.max(peak, highWater(child.pid))
    }, 20)
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status, signal) => {
        clearInterval(timer)
        resolve({ status, signal, stdout, stderr, peak })
      })
    })
    return { child, ended, stderr: () => stderr }
  }
  const peel = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await start(...args).ended
    if (ended.status !== 0)
      throw new Error(`peel ${args.join(' ')} ended with ${ended.status ?? ended.signal}:\n${ended.stderr}`)
    return ended
  }
  const archive = path.join(folder, 'base.tar')
  fs.writeFileSync(archive, baseTar())
  await peel('import', ...baseChanges.flatMap((change) => ['-c', change]), archive, baseName)
  return {
    folder,
    root,
    start,
    peel,
    context(name, files) {
      const directory = path.join(folder, name)
      for (const [file, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true })
        fs.writeFileSync(path.join(directory, file), text)
      }
      return directory
    },
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

/** VmHWM of a process in bytes, 0 where it is gone (proc(5)). */
function highWater(pid: number | undefined): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** The machine's mounts that lie in a directory. */
export function mountsIn(directory: string): string[] {
  return fs
    .readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(directory))
}

/** Processes whose command line holds `text`, this one aside. */
export function processesWith(text: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
    } catch {
      return false
    }
  })
}
