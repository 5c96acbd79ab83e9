// What the steps of one build work with.
import { field, type KeyPart } from '../cache/index.ts'
import { type Context, chainId, type DiffId } from '../core/index.ts'
import type { DeviceCatalogue } from '../device/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { FileSource } from '../plan/index.ts'
import type { Answer } from '../registry/index.ts'
import type { RunSpec, Runtime } from '../run/index.ts'
import type { Snapshots } from '../snapshot/index.ts'
import type { Store } from '../store/index.ts'
import type { Alike } from './alike.ts'
import type { ContextView } from './context-view.ts'
import type { Entitlements } from './entitlements.ts'
import type { Known } from './known.ts'
import type { LeakGuard } from './leaks/guard.ts'
import type { SecretValues } from './secret-values.ts'
import type { Agents } from './ssh/agents.ts'
import type { Supply } from './supply.ts'

/** The value of a secret, read when a step asks; `undefined` where the build was given none of that id. */
export type ReadSecret = (id: string) => Uint8Array | undefined

/** The operating system, as far as steps need it. */
export interface Machine {
  readonly kernel: Kernel
  readonly snapshots: Snapshots
  readonly runtime: Runtime
}

/** What fetching from elsewhere takes. */
export interface FetchTools {
  readonly store: Store
  readonly readSecret: ReadSecret
  /** Asks a server of the web for a URL. */
  readonly get: (
    url: URL,
    options: { readonly headers: Readonly<Record<string, string>> },
    ctx: Context,
  ) => Promise<Answer>
  /** The environment of this process, for what git and its like take from it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the ssh agent listens that git may use, if there is one. */
  readonly findAgent: (ctx: Context) => Promise<string | undefined>
}

/** What every RUN of a build has around it besides its own file system. */
export type Sandbox = Pick<RunSpec, 'extraHosts' | 'hostname' | 'limits' | 'shmSize' | 'cgroupParent'>

export interface Tools extends FetchTools {
  readonly machine: Machine
  readonly known: Known
  readonly supply: Supply
  /** The directory of a name; faults with `context.missing` where none was given. */
  readonly context: (name: string) => ContextView
  /** What of the build arguments must not be written down. */
  readonly secretValues: SecretValues
  readonly leaks: LeakGuard
  /** Whether a step that has to be done is a fault. */
  readonly requireCached: boolean
  readonly sandbox: Sandbox
  readonly agents: Agents
  readonly allowed: Entitlements
  /** What this machine has for `RUN --device`; empty where no step asks for a device. */
  readonly devices: DeviceCatalogue
  /** SOURCE_DATE_EPOCH in nanoseconds. */
  readonly epoch: bigint | undefined
  readonly now: () => bigint
  readonly alike: Alike
  /** The layers that another stage ended with. */
  readonly stageLayers: (stage: number) => readonly DiffId[]
}

/** Times of what a build makes: with SOURCE_DATE_EPOCH nothing is younger than that. */
export function clampTime(tools: Tools, mtime: bigint): bigint {
  return tools.epoch !== undefined && mtime > tools.epoch ? tools.epoch : mtime
}

/** Whether a source's files are those of layers. */
export function isLayered(source: FileSource): boolean {
  return source.from === 'stage' || source.from === 'image' || source.from === 'tree'
}

/** What a step takes from layers, told by these and by the paths instead of by the files. */
export function originParts(
  name: string,
  source: FileSource,
  { paths, exclude }: { readonly paths: readonly string[]; readonly exclude: readonly string[] },
  tools: Tools,
): readonly KeyPart[] {
  return [
    field(`${name} layers`, chainId(sourceLayers(source, tools)) ?? 'nothing'),
    field(`${name} paths`, JSON.stringify(paths)),
    field(`${name} without`, JSON.stringify(exclude)),
  ]
}

/** The layers that a source of files is made of; a directory has none. */
export function sourceLayers(source: FileSource, tools: Tools): readonly DiffId[] {
  switch (source.from) {
    case 'stage':
      return tools.stageLayers(source.stage)
    case 'image':
      return source.image.layers
    case 'tree':
      return source.layers
    default:
      return []
  }
}
