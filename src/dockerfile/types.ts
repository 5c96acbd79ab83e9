// What a Dockerfile is once it is read: stages of typed instructions, each with its place. Every value is as it was written: nothing is
// expanded and no quotes are removed, except where BuildKit's parser itself does so (JSON arrays, flags).
import type { Place } from '../core/index.ts'

export type * from './results.ts'

/** The character that continues a line and takes the meaning from the next one; `# escape=` chooses it. */
export type Escape = '\\' | '`'

/** A whole Dockerfile. `source` is the text as it was given (without a byte order mark), for showing places. */
export interface Dockerfile {
  readonly file: string
  readonly source: string
  readonly escape: Escape
  readonly directives: Directives
  /** ARG instructions before the first FROM, in order. */
  readonly globalArgs: readonly ArgInstruction[]
  readonly stages: readonly Stage[]
  readonly warnings: readonly ParseWarning[]
}

/** The values of the `# key=value` lines at the top. `syntax` is kept and never acted on. */
export interface Directives {
  readonly syntax?: string
  readonly escape?: string
  readonly check?: string
}

export interface Stage {
  /** Counted from 0. */
  readonly index: number
  /** In lower case; stage names do not tell case apart. */
  readonly name?: string
  readonly from: FromInstruction
  /** Everything after the FROM. */
  readonly instructions: readonly Instruction[]
}

/** Something odd that does not stop a build; `rule` is the name of BuildKit's build check for it. */
export interface ParseWarning {
  readonly rule: string
  readonly message: string
  readonly place: Place
}

interface InstructionBase<Kind extends string> {
  readonly kind: Kind
  /** From the keyword to the last character, here documents included. */
  readonly place: Place
  /** The keyword as it was written, such as `run`. */
  readonly keyword: string
  /** The instruction as one logical line, continuations joined and outer white space removed; here documents are not in it. */
  readonly text: string
  /** The comment lines right above, without `#`. */
  readonly comments: readonly string[]
}

/** A command line: for the shell, or exact arguments (JSON array). */
export type Command =
  | { readonly form: 'shell'; readonly text: string }
  | { readonly form: 'exec'; readonly args: readonly string[] }

/** A here document. `body` is as written, leading tabs included; `heredocText` gives what `chomp` leaves of it. */
export interface Heredoc {
  readonly name: string
  readonly body: string
  /** False when the word after `<<` was quoted. */
  readonly expand: boolean
  /** True for `<<-`: leading tabs go. */
  readonly chomp: boolean
  /** The number before `<<`, else 0. */
  readonly fd: number
}

/** One `--mount`, unexpanded: keys in lower case, `value` absent where there was no `=`. */
export interface RawMount {
  readonly text: string
  readonly fields: readonly RawMountField[]
}

export interface RawMountField {
  readonly key: string
  readonly value?: string
  /** The field as it was written. */
  readonly text: string
}

/** One `--device` of RUN (CDI name). */
export interface Device {
  readonly name: string
  readonly required: boolean
}

/** A pair of ENV or LABEL; `space` is the old form `ENV name value`. */
export interface Pair {
  readonly key: string
  readonly value: string
  readonly form: 'equals' | 'space'
}

export interface ArgDeclaration {
  readonly key: string
  readonly default?: string
  /** What a comment line `# NAME description` above says. */
  readonly description?: string
}

export interface FromInstruction extends InstructionBase<'FROM'> {
  readonly image: string
  /** The stage's name in lower case. */
  readonly name?: string
  /** The stage's name and the word `AS` as they were written. */
  readonly nameText?: string
  readonly asText?: string
  readonly platform?: string
  readonly description?: string
}

export interface RunInstruction extends InstructionBase<'RUN'> {
  readonly command: Command
  readonly heredocs: readonly Heredoc[]
  readonly mounts: readonly RawMount[]
  readonly network?: 'default' | 'none' | 'host'
  readonly security?: 'sandbox' | 'insecure'
  readonly devices: readonly Device[]
}

/** A source of COPY or ADD: a path, pattern or URL, or a here document. */
export type Source = string | Heredoc

export interface CopyInstruction extends InstructionBase<'COPY'> {
  readonly sources: readonly Source[]
  /** All here documents below the line, in order; those that are sources are in `sources` too. */
  readonly heredocs: readonly Heredoc[]
  readonly destination: string
  readonly flags: CopyFlags
}

export interface CopyFlags {
  /** Never expanded (a variable in it is an error that `expandInstruction` reports). */
  readonly from?: string
  readonly chown?: string
  readonly chmod?: string
  readonly link: boolean
  readonly parents: boolean
  readonly exclude: readonly string[]
}

export interface AddInstruction extends InstructionBase<'ADD'> {
  readonly sources: readonly Source[]
  readonly heredocs: readonly Heredoc[]
  readonly destination: string
  readonly flags: AddFlags
}

export interface AddFlags {
  readonly chown?: string
  readonly chmod?: string
  readonly link: boolean
  readonly exclude: readonly string[]
  readonly checksum?: string
  /** Absent means as the source asks; only for git sources. */
  readonly keepGitDir?: boolean
  /** Absent means: local archives are unpacked, remote ones are not. */
  readonly unpack?: boolean
}

export interface EnvInstruction extends InstructionBase<'ENV'> {
  readonly pairs: readonly Pair[]
}
export interface LabelInstruction extends InstructionBase<'LABEL'> {
  readonly pairs: readonly Pair[]
}
export interface ArgInstruction extends InstructionBase<'ARG'> {
  readonly args: readonly ArgDeclaration[]
}
export interface WorkdirInstruction extends InstructionBase<'WORKDIR'> {
  readonly path: string
}
export interface UserInstruction extends InstructionBase<'USER'> {
  readonly user: string
}
/** `ports` are sorted, as BuildKit does; `parsePorts` reads them once expanded. */
export interface ExposeInstruction extends InstructionBase<'EXPOSE'> {
  readonly ports: readonly string[]
}
export interface VolumeInstruction extends InstructionBase<'VOLUME'> {
  readonly paths: readonly string[]
}
export interface CmdInstruction extends InstructionBase<'CMD'> {
  readonly command: Command
}
/** `ENTRYPOINT []` is an empty exec form: it clears the entry point. */
export interface EntrypointInstruction extends InstructionBase<'ENTRYPOINT'> {
  readonly command: Command
}
export interface ShellInstruction extends InstructionBase<'SHELL'> {
  readonly args: readonly string[]
}
export interface StopsignalInstruction extends InstructionBase<'STOPSIGNAL'> {
  readonly signal: string
}
export interface HealthcheckInstruction extends InstructionBase<'HEALTHCHECK'> {
  readonly check: Healthcheck
}

/** Durations are nanoseconds, 0 where not given. */
export type Healthcheck =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'command'
      readonly command: Command
      readonly interval: number
      readonly timeout: number
      readonly startPeriod: number
      readonly startInterval: number
      readonly retries: number
    }

export interface OnbuildInstruction extends InstructionBase<'ONBUILD'> {
  readonly instruction: Instruction
  /** What the image configuration keeps: the trigger's line, and its here documents below it. */
  readonly trigger: string
  readonly heredocs: readonly Heredoc[]
}
export interface MaintainerInstruction extends InstructionBase<'MAINTAINER'> {
  readonly name: string
}

export type Instruction =
  | FromInstruction
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | EnvInstruction
  | ArgInstruction
  | WorkdirInstruction
  | UserInstruction
  | LabelInstruction
  | ExposeInstruction
  | VolumeInstruction
  | CmdInstruction
  | EntrypointInstruction
  | ShellInstruction
  | StopsignalInstruction
  | HealthcheckInstruction
  | OnbuildInstruction
  | MaintainerInstruction

export type InstructionKind = Instruction['kind']
