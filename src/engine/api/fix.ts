// Mending a Dockerfile: changes that are proved, or refused with the reason.
import type { FixGoal, FixKind, NewSecret } from '../../analyze/index.ts'
import type { Context, Digest } from '../../core/index.ts'
import type { BuildOptions } from './build.ts'
import type { ConfigDifference, PathDifference } from './study.ts'

export type { FixGoal, FixKind, NewSecret }

export interface FixOptions {
  /** What is built, as `build` takes it; its context is a directory. Tags are not set. */
  readonly build: BuildOptions
  /** Also make changes after which a build needs a secret that it did not need before. */
  readonly changeInputs?: boolean | undefined
  /** Also make changes whose image is another one, as long as it builds; the differences are listed. */
  readonly force?: boolean | undefined
}

/** How two images differ, times aside. */
export interface FixProof {
  /** Whether all that differs was meant to, or differs between two builds of the same Dockerfile, too. */
  readonly same: boolean
  /** Of the final file systems: content, mode, owner, links, xattrs. */
  readonly paths: readonly PathDifference[]
  readonly config: readonly ConfigDifference[]
  /** Caches that were meant to go. */
  readonly meant: { readonly paths: readonly string[]; readonly files: number; readonly bytes: number }
  /** Paths that differ each time the Dockerfile as it was is built, so that nothing is said about them. */
  readonly unsteady: readonly string[]
}

export type FixOutcome =
  /** In the new text. */
  | 'made'
  /** Proved, and not made: it needs `changeInputs`. */
  | 'offered'
  /** Tried and given up. */
  | 'dropped'
  /** Not tried. */
  | 'refused'

export interface FixChange {
  readonly kind: FixKind
  readonly goal: FixGoal
  readonly title: string
  /** Of the Dockerfile as it was when this was tried. */
  readonly lines: readonly number[]
  readonly outcome: FixOutcome
  /** Why it was not made. */
  readonly reason?: string | undefined
  /** Bytes that the image has less for this change alone. */
  readonly savedBytes: number
  /** What a build has to be given from then on. */
  readonly secrets: readonly NewSecret[]
  /** The proof that failed, or that `force` passed over. */
  readonly proof?: FixProof | undefined
}

/** Bytes of file content in all layers; milliseconds of the steps that run again when a source file changes. */
export interface FixMeasure {
  readonly image: Digest
  readonly bytes: number
  readonly layers: number
  /** Absent where no directory of the context is copied. */
  readonly rebuildMilliseconds?: number | undefined
}

export interface FixReport {
  /** The Dockerfile's name. */
  readonly file: string
  readonly before: FixMeasure
  /** Absent where nothing was changed. */
  readonly after?: FixMeasure | undefined
  readonly changes: readonly FixChange[]
  /** Of the text as it was and as it is now. */
  readonly proof?: FixProof | undefined
  /** The new text; the old one where nothing was changed. */
  readonly text: string
  /** A unified diff, empty where nothing was changed. */
  readonly diff: string
}

export interface FixCalls {
  /**
   * Looks for what wastes bytes, time or secrets in a Dockerfile, changes it, and builds both to prove that the image stays the same.
   * Each change is tried by itself and dropped where that fails. Writes no file. Faults as `build` does for the Dockerfile as it is.
   */
  fix(options: FixOptions, ctx: Context): Promise<FixReport>
}
