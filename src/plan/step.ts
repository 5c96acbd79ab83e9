// What a plan is made of. A plan is plain data: every variable is expanded, every stage and image resolved, nothing has run yet.
import type { DiffId, GitReference, Place, Platform } from '../core/index.ts'
import type { Device, Mount } from '../dockerfile/index.ts'
import type { ImageConfig } from '../image/index.ts'
import type { BaseImage } from './resolver.ts'

/** Where COPY and bind mounts take files from. */
export type FileSource =
  /** A directory of this machine: the build's own (the name is empty) or one given by `--build-context`. */
  | { readonly from: 'context'; readonly name: string }
  /** A checked out repository or an unpacked archive, which are layers of the store. */
  | { readonly from: 'tree'; readonly layers: readonly DiffId[] }
  | { readonly from: 'stage'; readonly stage: number }
  | { readonly from: 'image'; readonly image: BaseImage }
  | { readonly from: 'nothing' }

interface StepBase {
  /** The instruction as people know it, variables expanded where the language does: `COPY src /app`. */
  readonly name: string
  readonly place: Place
  /** For the image's history. */
  readonly createdBy: string
}

export interface PlannedMount {
  readonly mount: Mount
  /** What a bind or cache mount starts from. */
  readonly source: FileSource
  /** As in the step's environment, absolute. */
  readonly target: string | undefined
}

export interface RunStep extends StepBase {
  readonly kind: 'run'
  readonly args: readonly string[]
  /** A script that the first argument names, below /dev/pipes (`RUN <<EOF` with `#!`). */
  readonly script?: { readonly path: string; readonly body: string } | undefined
  /** `NAME=value`: the image's environment, ENV and every ARG with a value declared before. */
  readonly env: readonly string[]
  /** Those variables of `env` whose value comes from an ARG. */
  readonly argumentNames: ReadonlySet<string>
  /** Proxy settings given as build arguments that no ARG declares: in the environment, but no part of the step's identity. */
  readonly proxyEnv: readonly string[]
  readonly workdir: string
  readonly user: string
  readonly mounts: readonly PlannedMount[]
  readonly devices: readonly Device[]
  readonly network: 'host' | 'none'
  readonly security: 'sandbox' | 'insecure'
  /** `os/arch[/variant]`. */
  readonly platform: string
}

/** One source of COPY or ADD, in the order written. */
export type CopyItem =
  /** A path or a pattern that counts from the root of the step's `source`. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'inline'; readonly name: string; readonly body: string }
  | {
      readonly kind: 'url'
      readonly url: string
      readonly fileName: string
      readonly checksum?: string | undefined
      readonly unpack: boolean
    }
  | { readonly kind: 'git'; readonly reference: GitReference }

/** What an ADD fetches. */
export type FetchedItem = Extract<CopyItem, { kind: 'url' | 'git' }>

export interface CopyStep extends StepBase {
  readonly kind: 'copy'
  readonly source: FileSource
  readonly items: readonly CopyItem[]
  /** Absolute; a `/` at the end says that it is a directory. */
  readonly destination: string
  readonly chown?: string | undefined
  readonly chmod?: string | undefined
  readonly exclude: readonly string[]
  readonly parents: boolean
  readonly link: boolean
  /** Unpack sources that are archives, as ADD does. */
  readonly unpack: boolean
}

/** WORKDIR: makes the directory. */
export interface WorkdirStep extends StepBase {
  readonly kind: 'workdir'
  readonly path: string
  readonly user: string
}

/** An instruction that changes the configuration only. */
export interface ConfigStep extends StepBase {
  readonly kind: 'config'
}

export type Step = RunStep | CopyStep | WorkdirStep | ConfigStep

export type StageBase =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'stage'; readonly stage: number }
  | { readonly kind: 'image'; readonly image: BaseImage; readonly place: Place }
  /** `FROM` a named context: its files, and no configuration. */
  | { readonly kind: 'files'; readonly name: string; readonly source: FileSource }

/** What an image's configuration says apart from how it was made. */
export type ImageFacts = Omit<ImageConfig, 'created' | 'rootfs' | 'history'>

export interface PlannedStage {
  readonly index: number
  /** The stage's name, or `stage-N`. */
  readonly name: string
  readonly base: StageBase
  readonly platform: Platform
  readonly steps: readonly Step[]
  /** The image's configuration after the last step; its layers and history are not made yet. */
  readonly image: ImageFacts
}

export interface Plan {
  /** Only stages that the target needs, in the order of the Dockerfile; their `index` is that of the Dockerfile. */
  readonly stages: readonly PlannedStage[]
  readonly target: number
  /** Build arguments that no ARG took. */
  readonly unusedArguments: readonly string[]
  /** SOURCE_DATE_EPOCH: seconds. */
  readonly epoch: number | undefined
}

/** The stages that must be finished before `step` can run. */
export function stagesOf(step: Step): readonly number[] {
  if (step.kind === 'copy') return step.source.from === 'stage' ? [step.source.stage] : []
  if (step.kind === 'run')
    return step.mounts.flatMap(({ source }) => (source.from === 'stage' ? [source.stage] : []))
  return []
}
