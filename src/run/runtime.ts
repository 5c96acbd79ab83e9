import { type Context, Fault } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { RunSpec } from './spec.ts'

/** Where the command's streams go. `inherit`: to Peel's own; otherwise to `onOutput`, as they come, and stdin is empty unless inherited. */
export type RunIo =
  | 'inherit'
  | {
      readonly stdin?: 'inherit' | 'null' | undefined
      readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void
    }

export interface RunResult {
  /** What the command exited with; 128 + n when signal n ended it, 127 when it was not found, 126 when it cannot be executed. */
  readonly status: number
  /** The signal that ended the runtime itself, which is no doing of the command. */
  readonly signal?: string | undefined
}

/** The OCI runtime that works on this machine. */
export interface RuntimeFacts {
  readonly name: string
  readonly version: string
  readonly path: string
  /** What had to be done to make it work here, a phrase each. */
  readonly tricks: readonly string[]
}

export interface Runtime {
  /** The runtime that works here, or a sentence saying why there is none and what to install. Probes at the first call on a machine. */
  probe(): Promise<RuntimeFacts | string>
  /**
   * Runs one command in the directory `root` and waits for its end. Aborting the context kills all it started and faults with `cancelled`.
   * Faults: `runtime.missing`, `runtime.failed`. Call it on the main thread.
   */
  run(root: string, spec: RunSpec, io: RunIo, ctx: Context): Promise<RunResult>
}

export interface RuntimeOptions {
  /** A directory of this process, for bundles and runtime state; made if missing. */
  readonly work: string
  /** The file that remembers what the probe found, for all processes. */
  readonly memory: string
}

export function openRuntime(_kernel: Kernel, _options: RuntimeOptions): Runtime {
  throw new Fault('internal', 'not written yet')
}
