// How a plan learns about images and named contexts: one question each, asked for the names in FROM and --from.
import type { DiffId, Digest, Platform } from '../core/index.ts'
import type { ImageConfig } from '../image/index.ts'
import type { FileSource } from './step.ts'

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

/** What `--build-context NAME=…` gives a name: files, an image, or a stage of this Dockerfile. */
export type NamedContext =
  /** `time`: when they were made, in seconds since the epoch, where they come from elsewhere. */
  | { readonly kind: 'files'; readonly source: FileSource; readonly time?: number | undefined }
  | { readonly kind: 'image'; readonly image: BaseImage }
  | { readonly kind: 'stage'; readonly name: string }

/** Finds the context of a name; `undefined` where none was given. May fetch it, so it is asked only for what a build needs. */
export type FindContext = (name: string, platform: Platform) => Promise<NamedContext | undefined>
