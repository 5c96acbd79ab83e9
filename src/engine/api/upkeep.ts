// The state of the store and of the machine: what is used, what can go, what works.
import type { Context, DiffId, Digest } from '../../core/index.ts'

export interface PruneOptions {
  /** Also cache records that were used lately, and images without a name. */
  readonly all?: boolean
  readonly cacheMounts?: boolean
  readonly dryRun?: boolean
}

export interface PruneReport {
  readonly images: readonly Digest[]
  readonly layers: readonly DiffId[]
  readonly records: number
  /** Entries of `builds`. */
  readonly builds: number
  readonly cacheMounts: readonly string[]
  readonly freedBytes: number
}

export interface UsageReport {
  readonly images: readonly {
    readonly id: Digest
    readonly names: readonly string[]
    /** Bytes on disk of layers that other images have too. */
    readonly shared: number
    /** Bytes on disk that would be freed with this image. */
    readonly unique: number
    readonly size: number
  }[]
  /** Bytes on disk, each layer once. */
  readonly layers: number
  readonly indexes: number
  readonly cacheOnly: number
  readonly cacheMounts: number
  readonly reclaimable: number
  readonly total: number
}

export interface DoctorReport {
  readonly version: string
  readonly root: string
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    /** What was found, or what is missing. */
    readonly detail: string
    /** What to do about it. */
    readonly hint?: string | undefined
  }[]
  /** Only with `verify`: every blob hashed again. */
  readonly verified?:
    | { readonly blobs: number; readonly bytes: number; readonly problems: readonly string[] }
    | undefined
}

export interface UpkeepCalls {
  prune(options: PruneOptions, ctx: Context): Promise<PruneReport>
  usage(): UsageReport
  doctor(options: { readonly verify?: boolean }, ctx: Context): Promise<DoctorReport>
}
