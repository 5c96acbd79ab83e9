// What is remembered of builds: what ran when, and why it was not in the cache.
import type { RecordedBase, RecordedStep } from '../../build/index.ts'
import type { Miss, PartChange } from '../../cache/index.ts'
import type { Digest, Event, Outcome, Place } from '../../core/index.ts'

export type { Miss, PartChange, RecordedBase, RecordedStep }

export interface BuildRow {
  /** Counts the builds of this store; 0 is a trial of `fix`, which only its image leads to. */
  readonly number: number
  readonly outcome: Exclude<Outcome, 'reused'>
  /** As the user named it. */
  readonly dockerfile: string
  /** An absolute directory. */
  readonly context: string | undefined
  readonly target: string | undefined
  readonly tags: readonly string[]
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly ended: number
  /** The config digest of the image made. */
  readonly image: Digest | undefined
  /** Steps that ended, and how many of them were reused. */
  readonly steps: number
  readonly reused: number
  /** Bytes of file content in the layers that were made, not reused. */
  readonly made: number
  /** Why it failed, as one sentence. */
  readonly message: string | undefined
}

/** One build with its steps, in the order in which they began. */
export interface BuildReport extends Omit<BuildRow, 'steps'> {
  /** What went wrong, as the build told it. `source`: the text that the place is in, where it is the Dockerfile's. */
  readonly failure?:
    | {
        readonly message: string
        readonly hint?: string | undefined
        readonly place?: Place | undefined
        readonly source?: string | undefined
      }
    | undefined
  readonly bases: readonly RecordedBase[]
  readonly steps: readonly RecordedStep[]
}

/** Why one step was done. `reasons` is empty for a step that was reused. */
export interface ExplainedStep extends RecordedStep {
  /** Each as a clause (`src/a content changed`); the step's own before what comes from below. */
  readonly reasons: readonly string[]
  /** How many reasons were not kept. */
  readonly more: number
  /** What made the layers below differ, if it is of this build: a step, or (number 0) the stage's base image. */
  readonly follows?: { readonly stage: string; readonly number: number; readonly name: string } | undefined
}

export interface WhyReport extends Omit<BuildReport, 'steps' | 'bases'> {
  readonly bases: readonly (RecordedBase & { readonly reasons: readonly string[] })[]
  readonly steps: readonly ExplainedStep[]
}

/** `at`: milliseconds since the epoch. */
export type LoggedEvent = Event & { readonly at: number }

export interface RecordCalls {
  /** Builds that ran, newest first. */
  builds(options?: { readonly limit?: number | undefined }): Promise<readonly BuildRow[]>
  /**
   * A build by its number, by `^N` (the one N before the last), or by the image that it made; default: the last one.
   * Faults with `build.missing`.
   */
  buildReport(which?: string): Promise<BuildReport>
  /** Why the steps of a build were not in the cache. Faults with `build.missing`. */
  why(which?: string): Promise<WhyReport>
  /** Everything that a build told while it ran, never clipped; nothing where it was not kept. Faults with `build.missing`. */
  buildLog(which?: string): AsyncIterable<LoggedEvent>
}
