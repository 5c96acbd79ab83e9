// The directories of RUN --mount=type=cache: lists, pruning, taking them to other machines.
import type { Readable, Writable } from 'node:stream'
import type { Context } from '../../core/index.ts'

export interface CacheRow {
  /** The mount's id, with its owner and mode and what it began with where those are not the usual ones. */
  readonly id: string
  /** Bytes on disk. */
  readonly size: number
}

export interface CacheCalls {
  /** By id. */
  caches(): Promise<readonly CacheRow[]>
  /** Removes cache mounts, all where no id is given, but none that a build uses. Faults with `cache.missing`. */
  pruneCaches(
    ids: readonly string[],
    ctx: Context,
  ): Promise<{ readonly removed: readonly string[]; readonly freedBytes: number }>
  /**
   * Writes cache mounts, all where no id is given, as an OCI artifact: a layout directory or an archive. Waits for builds that hold one
   * for themselves. Faults with `cache.missing`.
   */
  exportCaches(
    ids: readonly string[],
    to: { readonly format: 'oci-dir' | 'oci-archive'; readonly output: string | Writable },
    ctx: Context,
  ): Promise<readonly string[]>
  /** Puts the files of exported cache mounts over what is there; answers their ids. Faults with `archive.invalid`. */
  importCaches(source: string | Readable, ctx: Context): Promise<readonly string[]>
}
