// What the steps of one build work with.
import type { DiffId } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { FileSource } from '../plan/index.ts'
import type { Runtime } from '../run/index.ts'
import type { Snapshots } from '../snapshot/index.ts'
import type { Store } from '../store/index.ts'
import type { ContextView } from './context-view.ts'

/** The value of a secret, read when a step asks; `undefined` where the build was given none of that id. */
export type ReadSecret = (id: string) => Uint8Array | undefined

/** The operating system, as far as steps need it. */
export interface Machine {
  readonly kernel: Kernel
  readonly snapshots: Snapshots
  readonly runtime: Runtime
}

export interface Tools {
  readonly store: Store
  readonly machine: Machine
  /** Faults with `context.missing` where the build has no context. */
  readonly context: () => ContextView
  readonly readSecret: ReadSecret
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[]
  /** Whether `--allow security.insecure` was given. */
  readonly allowInsecure: boolean
  /** SOURCE_DATE_EPOCH in nanoseconds. */
  readonly epoch: bigint | undefined
  readonly now: () => bigint
  /** The layers that another stage ended with. */
  readonly stageLayers: (stage: number) => readonly DiffId[]
}

/** Times of what a build makes: with SOURCE_DATE_EPOCH nothing is younger than that. */
export function clampTime(tools: Tools, mtime: bigint): bigint {
  return tools.epoch !== undefined && mtime > tools.epoch ? tools.epoch : mtime
}

/** The layers that a source of files is made of; a context has none. */
export function sourceLayers(source: FileSource, tools: Tools): readonly DiffId[] {
  if (source.from === 'stage') return tools.stageLayers(source.stage)
  return source.from === 'image' ? source.image.layers : []
}
