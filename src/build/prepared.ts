// A step that is ready to be asked, in this order: what it is, where it takes files from, which files these are; and to be done.
import type { KeyPart } from '../cache/index.ts'
import type { Context, DiffId } from '../core/index.ts'
import type { Ignore } from '../dockerfile/index.ts'
import type { Layer } from '../store/index.ts'
import type { Unchanged } from './unchanged.ts'

export interface Prepared {
  /** Everything of the step's identity that is known without reading a file. */
  readonly fields: readonly KeyPart[]
  /**
   * Of a step that takes files from other stages or images: which file systems these are and what is taken from them. It stands for the
   * files themselves, and needs no layer to be here.
   */
  readonly origin?: (() => readonly KeyPart[]) | undefined
  /** Whether the layer is made as if there were nothing below, so that it does not depend on that (COPY --link). */
  readonly alone?: boolean | undefined
  /** The rules by which files of the context are hidden, where the step takes files from it. */
  readonly ignore: Ignore | undefined
  /** A short cut to the key, where the step takes whole directories of a context. */
  readonly unchanged?: Unchanged | undefined
  /** Finds the files that it takes. Faults with `copy.missing`. */
  readonly open: (ctx: Context) => Promise<Opened>
}

export interface Opened {
  /** The files it depends on; reads what is not remembered. */
  readonly files: () => readonly KeyPart[]
  /** Makes the layer. `earlier`: a layer of a former run of this step, whose bytes can serve again. */
  readonly perform: (work: Work, ctx: Context) => Promise<Layer>
}

export interface Work {
  /** The layers below, bottom first; they are here. */
  readonly below: readonly DiffId[]
  readonly earlier: DiffId | undefined
  /** Output of the step, as it comes. */
  readonly said: (stream: 'stdout' | 'stderr', text: string) => void
}
