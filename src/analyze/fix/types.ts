// What is proposed for a Dockerfile: a change of its text, or the reason why there is none.
import type { Dockerfile } from '../../dockerfile/index.ts'
import type { CheckWarning } from '../checks/check.ts'
import type { WasteClass } from '../study/types.ts'
import type { Edit } from './edits.ts'

export type FixKind =
  | 'remove-earlier'
  | 'merge-runs'
  | 'set-by-copy'
  | 'clear-lists'
  | 'cache-mount'
  | 'bind-mount'
  | 'secret-mount'
  | 'exclude'
  | 'fetch-with-install'
  | 'install-first'
  | 'none'

/** What it is for: a change that does not get it is not made. */
export type FixGoal = 'bytes' | 'layers' | 'time' | 'secret' | 'freshness'

/** A secret that the changed Dockerfile asks for, and where its value was before: a file of the context, or a build argument. */
export interface NewSecret {
  readonly id: string
  readonly from:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'argument'; readonly name: string }
}

export interface Proposal {
  /** The same for the same proposal about a text that other changes moved. */
  readonly key: string
  readonly kind: FixKind
  readonly goal: FixGoal
  /** The lines it is about, in the text that it was made for. */
  readonly lines: readonly number[]
  /** What it does, as a sentence. */
  readonly title: string
  readonly edits: readonly Edit[]
  /** Why nothing can be done; `edits` are then empty. */
  readonly refusal?: string | undefined
  /** Paths that it means to keep out of the image: caches that nothing in it needs. */
  readonly gone: readonly string[]
  /** What a build needs from then on that it did not need before. */
  readonly secrets: readonly NewSecret[]
}

/** Bytes that a study of the image found wasted, by lines of the Dockerfile. */
export interface FoundWaste {
  readonly class: WasteClass
  readonly path: string
  readonly bytes: number
  readonly cache?: string | undefined
  /** Absent where it came with the base image. */
  readonly broughtBy: number | undefined
  readonly hiddenBy: number | undefined
}

/** Everything that proposals are made of. */
export interface FixFindings {
  readonly file: Dockerfile
  /** The number of the stage that is built. */
  readonly target: number
  /** Largest first. */
  readonly waste: readonly FoundWaste[]
  readonly warnings: readonly Pick<CheckWarning, 'rule' | 'place' | 'message'>[]
  /** Lines that copy what begins as a private key. */
  readonly keyLines: readonly number[]
  /** What the context holds, by path without a `/` in front. */
  readonly context: ReadonlyMap<string, 'file' | 'directory' | 'other'>
}
