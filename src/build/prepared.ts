// A step that is ready to be asked two things: what it depends on, and to be done.

import type { KeyPart } from '../cache/index.ts'
import type { Context, DiffId } from '../core/index.ts'
import type { Ignore } from '../dockerfile/index.ts'
import type { Layer } from '../store/index.ts'

export interface Prepared {
  /** Everything of the step's identity that is known without reading a file. */
  readonly fields: readonly KeyPart[]
  /** The files it depends on; reads what is not remembered. */
  readonly files: () => readonly KeyPart[]
  /** Whether the layer is made as if there were nothing below, so that it does not depend on that (COPY --link). */
  readonly alone?: boolean | undefined
  /** The rules by which files of the context are hidden, where the step takes files from it. */
  readonly ignore: Ignore | undefined
  /** Makes the layer. `earlier`: a layer of a former run of this step, whose bytes can serve again. */
  readonly perform: (work: Work, ctx: Context) => Promise<Layer>
}

export interface Work {
  /** The layers below, bottom first. */
  readonly below: readonly DiffId[]
  readonly earlier: DiffId | undefined
  /** Output of the step, as it comes. */
  readonly said: (stream: 'stdout' | 'stderr', text: string) => void
}
