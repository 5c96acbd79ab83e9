// The door of the room: a runtime that is looked for when it is first needed.
import { type Context, Fault } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type RunIo, type RunResult, runContainer } from './container.ts'
import type { Method } from './method.ts'
import { findMethod } from './probe.ts'
import type { RunSpec } from './spec.ts'

/** The OCI runtime that works on this machine. */
export interface RuntimeFacts {
  readonly name: string
  readonly version: string
  readonly path: string
  /** What was arranged to make it work, and work fast, here; a phrase each. */
  readonly tricks: readonly string[]
}

export interface Runtime {
  /** The runtime that works here, or a sentence saying why there is none and what to install. Probes at the first call on a machine. */
  probe(): Promise<RuntimeFacts | string>
  /**
   * Runs one command in the directory `root` and waits for its end. Aborting the context kills all it started and faults with
   * `cancelled`. Faults: `runtime.missing`, `runtime.failed`. Only on the main thread: a container ends with the thread that began it.
   */
  run(root: string, spec: RunSpec, io: RunIo, ctx: Context): Promise<RunResult>
}

export interface RuntimeOptions {
  /** A directory of this process, for bundles and the runtime's state; made if missing. */
  readonly work: string
  /** The file that remembers what the probe found, for all processes. */
  readonly memory: string
  /** The one runtime to use, a name or a path; by default the environment's PEEL_RUNTIME, else crun or runc. */
  readonly only?: string | undefined
}

/** Costs nothing until the first run. */
export function openRuntime(kernel: Kernel, options: RuntimeOptions): Runtime {
  const { work, memory } = options
  const only = options.only ?? (process.env.PEEL_RUNTIME || undefined)
  let finding: Promise<Method | string> | undefined
  const find = () => {
    finding ??= findMethod({ kernel, work }, { memory, only })
    return finding
  }
  return {
    probe: async () => {
      const method = await find()
      return typeof method === 'string' ? method : describe(method)
    },
    run: async (root, spec, io, ctx) => {
      const method = await find()
      if (typeof method === 'string') throw new Fault('runtime.missing', method)
      return runContainer({ kernel, work, method }, root, { spec, io }, ctx)
    },
  }
}

function describe({ name, version, path, guard, cgroups, seccompProgram }: Method): RuntimeFacts {
  const tricks = [
    ...(guard.length > 0 ? ['containers end with peel'] : []),
    ...(cgroups === 'unified-bound' ? ['unified cgroup hierarchy bound over /sys/fs/cgroup'] : []),
    ...(cgroups === 'own' ? [] : ['no cgroup']),
    ...(seccompProgram === undefined ? [] : ['seccomp profile compiled once']),
  ]
  return { name, version, path, tricks }
}
