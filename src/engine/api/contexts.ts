// What of a build context is there to be copied, and which rule decides.
import type { Context } from '../../core/index.ts'
import type { BuildContext, DockerfileSource } from './build.ts'

export interface ContextOptions {
  readonly context: BuildContext
  /** Its own ignore file may hold; default: `Dockerfile` in the context. */
  readonly dockerfile?: DockerfileSource | undefined
}

export interface ContextListing {
  /** The directory, or the address it comes from. */
  readonly name: string
  /** The ignore file that holds, as people call it. */
  readonly ignoreFile: string | undefined
  /** By path, without a `/` in front. Directories have no size. */
  readonly files: readonly {
    readonly path: string
    readonly kind: 'file' | 'directory' | 'symlink' | 'fifo' | 'device'
    readonly size: number
  }[]
  /** Bytes of all files. */
  readonly size: number
}

export interface ContextVerdict {
  readonly path: string
  readonly included: boolean
  /** Whether there is such a file at all. */
  readonly exists: boolean
  /** The last rule that matches, which decides; none means that nothing excludes it. */
  readonly rule: { readonly file: string; readonly line: number; readonly pattern: string } | undefined
}

export interface ContextCalls {
  /** Everything that COPY could take. Faults as a build does that cannot find its context. */
  contextFiles(options: ContextOptions, ctx: Context): Promise<ContextListing>
  /** Why a path is included or excluded; relative paths count from the context's root. */
  contextRule(options: ContextOptions, path: string, ctx: Context): Promise<ContextVerdict>
}
