// What reading and expanding parts of a Dockerfile or an ignore file gives.
import type { Escape, Instruction } from './types.ts'

/** Gives the value of a variable, `undefined` when it is not set. */
export type Lookup = (name: string) => string | undefined

/** A mount as RUN gets it, every default filled in. Ids and modes are numbers; `source` and `target` are as written. */
export type Mount =
  | {
      readonly type: 'bind'
      readonly from?: string
      readonly source: string
      readonly target: string
      readonly readonly: boolean
    }
  | {
      readonly type: 'cache'
      readonly id: string
      readonly from?: string
      readonly source: string
      readonly target: string
      readonly readonly: boolean
      readonly sharing: 'shared' | 'private' | 'locked'
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  /** `size` in bytes, 0 for no limit. */
  | { readonly type: 'tmpfs'; readonly target: string; readonly size: number }
  /** `target` absent: the secret is only in the environment; `env` absent: only a file. */
  | {
      readonly type: 'secret'
      readonly id: string
      readonly target?: string
      readonly env?: string
      readonly required: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  | {
      readonly type: 'ssh'
      readonly id: string
      /** Absent: the socket goes where the builder likes (`/run/buildkit/ssh_agent.N`). */
      readonly target?: string
      readonly required: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }

/** A word after expansion. `used` and `missing` are the variables it named: set ones and unset ones. */
export interface Expansion {
  readonly text: string
  readonly used: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

export interface ExpandOptions {
  readonly escape: Escape
  /** Keep quotes in the result (variables inside single quotes still stay as they are). */
  readonly rawQuotes?: boolean
  /** Keep escape characters in the result. */
  readonly rawEscapes?: boolean
  /** Quotes mean nothing: used for the bodies of here documents. */
  readonly plainQuotes?: boolean
  /** Leave a variable that is not set as it is written. */
  readonly keepUnset?: boolean
}

/** An instruction after expansion, and the variables that all its fields named. */
export interface Expanded<I extends Instruction = Instruction> {
  readonly instruction: I
  readonly used: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

/** What is to be run: `script` is a here document with a `#!` line, to be put in an executable file and started by its path. */
export type RunScript =
  | { readonly form: 'shell'; readonly text: string }
  | { readonly form: 'exec'; readonly args: readonly string[] }
  | { readonly form: 'script'; readonly name: string; readonly body: string }

/** One exposed port: `text` is what the image configuration says, such as `80/tcp`. */
export interface Port {
  readonly port: number
  readonly protocol: string
  readonly text: string
}

/** The rule that decided, its line counted from 1 in the ignore file (or the pattern's position in the list given). */
export interface IgnoreVerdict {
  readonly ignored: boolean
  readonly rule?: { readonly line: number; readonly pattern: string }
}

/** Compiled ignore rules (moby/patternmatcher semantics: the last rule that matches wins, a match covers all below it). */
export interface Ignore {
  /** `path` is relative to the context, `/` between components; a leading `/` is allowed. */
  match(path: string): IgnoreVerdict
  /** Whether nothing below this ignored directory can be re-included by a later `!` rule. False for a directory not ignored. */
  canSkipDirectory(path: string): boolean
  readonly patterns: readonly string[]
}

/** A compiled pattern list for `--exclude` and `--parents`, as for an ignore file. */
export type PathMatcher = (path: string) => boolean
