// What the search for secrets knows and finds. Texts are Latin-1: a character is a byte, so offsets are offsets in the content.
import type { RootPath } from '../../core/index.ts'

/** How sure it is and how bad: `high` gives access by itself, `low` may be harmless or need more to be of use. */
export type Severity = 'high' | 'medium' | 'low'

/**
 * What kind of text a match may stand in. `any`: all bytes, programs too. `text`: no binary file. `settings`: files that hold settings
 * (by their path), environment variables, build arguments and labels, where a value is given to a name.
 */
export type Setting = 'any' | 'text' | 'settings'

export interface SecretRule {
  /** Stable: it stands in allow lists. */
  readonly id: string
  /** What it is, as a noun with its article: `a GitHub token`. */
  readonly what: string
  readonly severity: Severity
  readonly in: Setting
  /** Lower case; wherever `pattern` matches, one of these stands between its beginning and its end, in any case. */
  readonly keywords: readonly string[]
  /** Flags `dg`, perhaps `i`, `m` or `s`; the group `secret` is what has to stay secret. */
  readonly pattern: RegExp
  /** Bytes that a match has at the most. */
  readonly reach: number
  /** Whether this match is one; the general look at placeholders has passed already. */
  readonly accept?: (secret: string, match: RegExpExecArray) => boolean
  /** Only in files with such a path. */
  readonly path?: RegExp
  /** The secret is one by its form, however it looks: no look at placeholders and randomness. */
  readonly anyValue?: boolean
  /** What to do about it beside taking it out of the image, as a sentence. */
  readonly revoke: string
}

/** A secret in a text. The value itself is never part of it. */
export interface SecretMatch {
  readonly rule: string
  /** Bytes from the start of the text. */
  readonly offset: number
  readonly length: number
  /** Counted from 1. */
  readonly line: number
  /** The value's fixed beginning, which says what it is, and its length: `ghp_… (40 characters)`. */
  readonly masked: string
}

/** What a text is, as far as rules care. */
export interface TextKind {
  /** Absent for what is no file. */
  readonly path?: RootPath | undefined
  readonly setting: Setting
}
