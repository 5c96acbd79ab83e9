// The caches of builds that several machines share.

/** A cache to look steps up in: of a repository (or an image there that holds one), or of an OCI layout in a directory. */
export type CacheImport =
  | { readonly kind: 'registry'; readonly ref: string }
  | {
      readonly kind: 'local'
      readonly directory: string
      /** Default: `latest`. */
      readonly tag?: string | undefined
      /** Of the manifest; then the tag does not matter. */
      readonly digest?: string | undefined
    }

/** A cache to fill with the steps of a build; `inline`: in the configuration of the image itself. */
export type CacheExport =
  | ({ readonly kind: 'registry'; readonly ref: string } & CacheExportOptions)
  | ({
      readonly kind: 'local'
      readonly directory: string
      readonly tag?: string | undefined
    } & CacheExportOptions)
  | { readonly kind: 'inline' }

export interface CacheExportOptions {
  /** Which layers go along with the steps: `min` (the default) those of the image, `max` those of all stages that were built. */
  readonly mode?: 'min' | 'max' | undefined
  /** Default: as a layer came, others as gzip. */
  readonly compression?: 'gzip' | 'zstd' | 'none' | undefined
  readonly level?: number | undefined
  /** A cache that cannot be written is a warning, and no fault (`cache.failed`). */
  readonly ignoreError?: boolean | undefined
}
