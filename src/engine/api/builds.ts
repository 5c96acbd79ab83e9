// What is remembered of builds: what ran when, and why it was not in the cache.
import type { Miss, PartChange } from '../../cache/index.ts'
import type { DiffId, Digest, Event, Outcome, Place } from '../../core/index.ts'

export type { Miss, PartChange }

/** A step that ended, of a build that may have failed. */
export interface RecordedStep {
  /** The `task` of the step's events; unique in its build. */
  readonly task: string
  /** As in the Dockerfile, continuations joined: `RUN make`. */
  readonly name: string
  readonly stage: string
  /** Counted from 1 in its stage, of the `of` steps there that make layers. */
  readonly number: number
  readonly of: number
  readonly place: Place
  readonly outcome: Outcome
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly ended: number
  /** Why it could not be reused. */
  readonly miss?: Miss | undefined
  /** What was made or reused; `size`: bytes of file content. */
  readonly layer?: { readonly diffId: DiffId; readonly size: number } | undefined
  /** Why it failed, as one sentence. */
  readonly message?: string | undefined
}

/** What a stage stands on. */
export type RecordedBase =
  | {
      readonly kind: 'image'
      readonly stage: string
      readonly name: string
      readonly manifest: Digest
      /** How many layers it has. */
      readonly layers: number
      readonly place: Place
      /** What differs from the image that the stage stood on before. */
      readonly changes: readonly PartChange[]
    }
  /** `name`: the other stage, or a context given by that name. */
  | { readonly kind: 'stage' | 'files'; readonly stage: string; readonly name: string }

export interface BuildRow {
  /** Counts the builds of this store. */
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
