// How a plan learns about images: one question, asked for each FROM and --from that names no stage.
import type { DiffId, Digest, Platform } from '../core/index.ts'
import type { ImageConfig } from '../image/index.ts'

/** An image as something to build on. */
export interface BaseImage {
  /** As the Dockerfile names it. */
  readonly name: string
  readonly manifest: Digest
  readonly layers: readonly DiffId[]
  readonly config: ImageConfig
}

/** Finds an image; faults with `image.missing` where there is none. */
export type FindImage = (name: string, platform: Platform) => Promise<BaseImage>
