// How a runtime is called on this machine: which program, with what in front of it, and what had to be arranged. Plain data, so that a probe's
// finding can be kept in a file.
import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'

export interface Method {
  readonly name: 'crun' | 'runc'
  readonly path: string
  readonly version: string
  /**
   * Programs in front of the runtime that tie its life to ours: `setpriv --pdeathsig` dies with this process, `unshare --kill-child` with
   * that, and the pid namespace it made takes along all that runs in it. Empty where this machine lacks them.
   */
  readonly guard: readonly string[]
  /**
   * `unified-bound`: crun is shown the unified hierarchy alone, since it refuses the hybrid layout; `none`: it is told to make no
   * cgroup; `own`: the runtime makes one.
   */
  readonly cgroups: 'unified-bound' | 'none' | 'own'
  /** The sandbox's seccomp profile, compiled by crun once (that takes 20 ms), in base64. */
  readonly seccompProgram?: string | undefined
}

const unified = '/sys/fs/cgroup/unified'
/** Where runc's cgroups lie below each hierarchy. */
const cgroupParent = 'peel'

/** The start of the command line; the sub-command and its options follow. */
export function commandLine(method: Method, state: string, log: string): readonly string[] {
  const managed = method.name === 'crun' ? ['--cgroup-manager=disabled'] : []
  return [...method.guard, method.path, '--root', state, `--log=${log}`, '--log-format=json', ...managed]
}

/** The path of a container's cgroup, where it has one. Faults with `kernel.unable` where a parent is asked for that cannot be had. */
export function cgroupOf(method: Method, id: string, parent?: string): string | undefined {
  if (method.cgroups === 'own') return `/${parent?.replace(/^\/+|\/+$/g, '') || cgroupParent}/${id}`
  if (parent === undefined) return undefined
  throw new Fault('kernel.unable', `--cgroup-parent ${parent}: ${method.name} makes no cgroups here`, {
    hint: 'leave the flag out, or choose runc with PEEL_RUNTIME=runc where it is installed',
  })
}

const prepared = new Set<Method['cgroups']>()

/** Does, once a process, what the method needs of the machine: the bound hierarchy, or the removal of cgroups that killed runs left. */
export function prepare(method: Method, kernel: Kernel): void {
  if (prepared.has(method.cgroups)) return
  // A process started by one that did this already sees the bound hierarchy.
  if (method.cgroups === 'unified-bound' && isHybrid()) {
    kernel.privateMounts()
    kernel.bind(unified, '/sys/fs/cgroup', 'writable')
  }
  if (method.cgroups === 'own') sweepCgroups()
  prepared.add(method.cgroups)
}

/** Whether both cgroup versions are in use: version 1 hierarchies, and version 2 below them. */
export function isHybrid(): boolean {
  return fs.existsSync(`${unified}/cgroup.procs`) && !fs.existsSync('/sys/fs/cgroup/cgroup.procs')
}

/** Removes cgroups without processes; the kernel keeps those in use. */
export function sweepCgroups(): void {
  for (const hierarchy of ['.', ...namesIn('/sys/fs/cgroup')]) {
    const parent = path.join('/sys/fs/cgroup', hierarchy, cgroupParent)
    for (const name of namesIn(parent)) {
      try {
        fs.rmdirSync(path.join(parent, name))
      } catch {
        // a file of the hierarchy, or a cgroup in use
      }
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    return []
  }
}
