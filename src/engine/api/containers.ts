// Running commands in images.
import type { Context } from '../../core/index.ts'

export interface RunOptions {
  readonly image: string
  /** `os/arch[/variant]`; default: this machine's. */
  readonly platform?: string | undefined
  readonly command: readonly string[]
  /** Empty text clears the image's entrypoint. */
  readonly entrypoint?: string | undefined
  /** `NAME=value`, or `NAME` to take it from the environment. */
  readonly env?: readonly string[]
  /** `source:target[:ro]` as in docker; the source must be absolute or start with `.`. */
  readonly volumes?: readonly string[]
  readonly workdir?: string | undefined
  readonly user?: string | undefined
  readonly hostname?: string | undefined
  readonly network?: 'host' | 'none' | undefined
  readonly interactive?: boolean
  readonly terminal?: boolean
  readonly readonlyRoot?: boolean
}

export interface ContainerCalls {
  /** Runs a command in a fresh writable layer that is dropped afterwards. Standard streams are this process's own. */
  run(options: RunOptions, ctx: Context): Promise<{ readonly status: number }>
}
