// Making images of images without running anything: layers merged, or put on another base.
import type { Context, Digest } from '../../core/index.ts'
import type { RebaseConflict } from '../../layer/index.ts'

export type { RebaseConflict }

export interface SquashOptions {
  readonly image: string
  /**
   * What stays as it is: the layers of a base image, or those below a layer (its number from 1 at the bottom, its diff id or the beginning
   * of it), or nothing. Default: the base that is known.
   */
  readonly keep?:
    | { readonly by: 'base'; readonly name: string }
    | { readonly by: 'layer'; readonly from: string }
    | { readonly by: 'nothing' }
    | undefined
  readonly tag?: string | undefined
}

export interface ReshapedImage {
  /** The config digest. */
  readonly id: Digest
  readonly manifest: Digest
  readonly tags: readonly string[]
  /** How many layers stayed as they were. */
  readonly kept: number
  readonly layers: { readonly before: number; readonly after: number }
  /** Bytes of file content of all layers. */
  readonly size: { readonly before: number; readonly after: number }
  /** Sentences: too many layers. */
  readonly warnings: readonly string[]
}

export interface RebaseOptions {
  readonly image: string
  readonly onto: string
  /** What it stands on now; default: the base that is known. */
  readonly base?: string | undefined
  readonly tag?: string | undefined
  /** Do it although there are conflicts: the image's own files and variables win. */
  readonly force?: boolean
}

export interface RebaseReport {
  /** Paths that the image and the new base cannot both have as each wants them. */
  readonly paths: readonly RebaseConflict[]
  /** Variables of the environment that both changed. */
  readonly variables: readonly string[]
  /** Absent where conflicts were in the way. */
  readonly image?: ReshapedImage | undefined
}

export interface ReshapeCalls {
  /**
   * Merges layers into one; the files stay as they are, to the byte and the attribute. Faults with `image.base` where it is not known what
   * to keep, or the image does not stand on it.
   */
  squash(options: SquashOptions, ctx: Context): Promise<ReshapedImage>
  /**
   * Puts the image's own layers on another base, if then the image changes exactly as its base does. Faults with `image.base` where the old
   * base is not known, and with `image.platform`.
   */
  rebase(options: RebaseOptions, ctx: Context): Promise<RebaseReport>
}
