// Stored images: lists, histories, details, names.
import type { Context, DiffId, Digest } from '../../core/index.ts'

export interface ImageRow {
  readonly id: Digest
  readonly manifest: Digest
  /** `undefined` for an image without a name. */
  readonly repository: string | undefined
  /** `undefined` too where the name is one by digest. */
  readonly tag: string | undefined
  /** ISO 8601; absent where the config has none. */
  readonly created: string | undefined
  /** Bytes of file content of all layers: what docker counts. */
  readonly size: number
  readonly platform: string
}

export interface HistoryRow {
  /** The image's id on the top row, else `undefined` (`<missing>`). */
  readonly id: Digest | undefined
  readonly created: string | undefined
  readonly createdBy: string
  readonly size: number
  readonly comment: string
  readonly empty: boolean
  readonly diffId: DiffId | undefined
  /** The Dockerfile line that made it, where Peel built the image and still knows. */
  readonly place: { readonly file: string; readonly line: number } | undefined
}

export interface RemovedItem {
  readonly kind: 'untagged' | 'deleted'
  readonly name: string
}

export interface ImageCalls {
  /** Named images, newest first; `filter` is a reference or a pattern such as `app/*`; `all` adds those without a name. */
  images(options?: { readonly filter?: string | undefined; readonly all?: boolean }): readonly ImageRow[]
  /** Top row first. `name` is a reference, an id or the beginning of one. */
  history(name: string): readonly HistoryRow[]
  /** What `docker image inspect` prints, one object a name. */
  inspect(names: readonly string[]): readonly Readonly<Record<string, unknown>>[]
  tag(source: string, target: string): void
  /** Removes names, and images that lose their last one. */
  remove(
    names: readonly string[],
    options: { readonly force?: boolean },
    ctx: Context,
  ): Promise<readonly RemovedItem[]>
}
