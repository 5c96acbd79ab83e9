// What a Dockerfile offers to those who build it.
import type { Context, Place } from '../../core/index.ts'
import type { BuildOutline } from '../../plan/index.ts'
import type { BuildOptions } from './build.ts'

export type { BuildOutline } from '../../plan/index.ts'

interface OfDockerfile {
  /** The Dockerfile's name, and its text for showing places. */
  readonly file: string
  readonly source: string
}

export interface OutlineReport extends OfDockerfile, BuildOutline {}

export interface TargetReport extends OfDockerfile {
  /** In the order of the Dockerfile; the last one is built where none is asked for. */
  readonly targets: readonly {
    readonly name?: string | undefined
    readonly isDefault: boolean
    /** From the comment above that begins with its name. */
    readonly description?: string | undefined
    readonly base: string
    readonly platform?: string | undefined
    readonly place: Place
  }[]
}

export interface OutlineCalls {
  /** The arguments, secrets and agents that the build of `target` takes. */
  outline(options: BuildOptions, ctx: Context): Promise<OutlineReport>
  /** The stages that can be built. */
  targets(options: BuildOptions, ctx: Context): Promise<TargetReport>
}
