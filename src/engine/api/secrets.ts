// Secrets that an image carries: in files of any layer, hidden ones too, and in its configuration and history.
import type { Context, Digest } from '../../core/index.ts'
import type { LinePlace, StudySource } from './study.ts'

export type SecretSeverity = 'high' | 'medium' | 'low'

/** Where a secret stands. `layer` counts from 0 at the bottom. */
export type SecretSpot =
  | {
      readonly in: 'file'
      readonly path: string
      /** The member of a zip file or tar that holds it; `/a.zip!/b` for one in another. */
      readonly member?: string | undefined
      /** Counted from 1. */
      readonly line: number
      /** Bytes from the start of the file (of what it holds, for a compressed one; of the member). */
      readonly offset: number
      readonly layer: number
      /** Whether the file is to be seen in the whole image. */
      readonly visible: boolean
      /** The layer that hides it, where it is not. */
      readonly hiddenBy?: number | undefined
    }
  /** `name`: of the variable, the label or the build argument; empty for a command. */
  | { readonly in: 'environment' | 'label' | 'argument' | 'command'; readonly name: string }

export interface SecretFinding {
  /** The same for the same secret at the same place of the same image, on any machine. It stands in allow lists. */
  readonly id: string
  readonly rule: string
  /** What it is: `a GitHub token`. */
  readonly what: string
  readonly severity: SecretSeverity
  readonly spot: SecretSpot
  /** The spot in words: `/root/.npmrc:1`, `ENV TOKEN`. */
  readonly where: string
  /** The Dockerfile line that brought it, and the one that hides it, where known. */
  readonly place?: LinePlace | undefined
  readonly hiddenAt?: LinePlace | undefined
  /** The instruction that brought it, as the history has it; secrets in it are masked. */
  readonly createdBy: string
  /** Whether it came with the base image. */
  readonly base: boolean
  /** The value's beginning as far as it is no secret, and its length. */
  readonly masked: string
  /** What to do, as sentences. */
  readonly advice: string
}

export interface SecretsReport {
  readonly image: { readonly name: string; readonly id: Digest; readonly layers: number }
  /** Worst first, then by layer and path. */
  readonly findings: readonly SecretFinding[]
  /** Findings that the allow list lets pass. */
  readonly allowed: readonly SecretFinding[]
  readonly scanned: {
    /** Contents and their bytes, each content once. */
    readonly contents: number
    readonly bytes: number
    /** How many of them were remembered from an earlier scan. */
    readonly remembered: number
  }
}

export interface SecretsOptions {
  readonly platform?: string | undefined
  /** The text of an allow list: a finding's id, `rule:ID`, `path:GLOB` or both of the latter, one a line; `#` begins a comment. */
  readonly allow?: string | undefined
}

export interface SecretCalls {
  /**
   * Looks for credentials in all layers and in the configuration. Faults with `image.missing`, `allow.invalid`.
   * A content that was scanned before is not read again.
   */
  secrets(source: StudySource, options: SecretsOptions, ctx: Context): Promise<SecretsReport>
}
