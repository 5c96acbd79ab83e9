// What a running operation tells: plain JSON shapes with explicit ids. Each task that begins ends exactly once.
// `--progress=json` prints them as they are, one a line; docs/formats/events.md describes them for other programs.
import type { Place } from './fault.ts'

/** Unique within one operation. */
export type TaskId = string

export type Outcome = 'done' | 'reused' | 'failed' | 'cancelled'

export type Event =
  /** `stage` and `step` (counted from 1) are set for the steps of a build; `at` is milliseconds since the epoch. */
  | {
      readonly type: 'began'
      readonly task: TaskId
      readonly parent?: TaskId | undefined
      readonly name: string
      readonly at: number
      readonly stage?: string | undefined
      readonly step?: { readonly number: number; readonly of: number } | undefined
    }
  | {
      readonly type: 'moved'
      readonly task: TaskId
      readonly done: number
      readonly total?: number
      readonly unit: 'bytes' | 'entries'
    }
  /** What the task does now, in docker's words for people: `Downloading`, `Already exists`. */
  | { readonly type: 'entered'; readonly task: TaskId; readonly phase: string }
  /** A piece of output as it came: not cut into lines, never clipped. */
  | {
      readonly type: 'said'
      readonly task: TaskId
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  /** Why a step could not be reused, as one line such as `src/app.py content changed`. */
  | { readonly type: 'missed'; readonly task: TaskId; readonly reason: string }
  | {
      readonly type: 'ended'
      readonly task: TaskId
      readonly outcome: Outcome
      readonly at: number
      /** Why it failed, as one sentence. */
      readonly message?: string | undefined
      /** Bytes of the layer made or reused, where there is one. */
      readonly size?: number | undefined
    }
  /** A step or a stage that does not begin: the target has no need of it, or something that it needs failed. */
  | {
      readonly type: 'omitted'
      readonly name: string
      readonly why: 'unneeded' | 'unreached'
      readonly stage: string
      readonly step?: { readonly number: number; readonly of: number } | undefined
    }
  | {
      readonly type: 'warning'
      readonly code: string
      readonly message: string
      readonly place?: Place | undefined
    }
