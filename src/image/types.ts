// The JSON documents of an image, in their own field names (OCI image-spec: config.md, manifest.md, image-index.md; docker's image
// spec v1.3 for Healthcheck, OnBuild, Shell and ArgsEscaped). Unknown fields survive in the values, so a patch keeps them.
import type { Descriptor, DiffId, Platform } from '../core/index.ts'

/** Times are nanoseconds, as docker writes them. `Test` is `['CMD', …]`, `['CMD-SHELL', text]` or `['NONE']`. */
export interface Healthcheck {
  readonly Test?: readonly string[]
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

/** How a container of the image is run by default: the `config` field of an image config. */
export interface ContainerConfig {
  readonly User?: string
  /** Keys such as `8080/tcp`. */
  readonly ExposedPorts?: Readonly<Record<string, object>>
  /** `NAME=value`. */
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Volumes?: Readonly<Record<string, object>>
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly StopSignal?: string
  readonly StopTimeout?: number
  readonly ArgsEscaped?: boolean
  readonly Healthcheck?: Healthcheck
  readonly OnBuild?: readonly string[]
  readonly Shell?: readonly string[]
}

export interface HistoryEntry {
  /** RFC 3339. */
  readonly created?: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  /** True where the step made no layer. */
  readonly empty_layer?: boolean
}

/** An image config document. Fields that were `null` in JSON are absent. */
export interface ImageConfig extends Platform {
  /** RFC 3339. */
  readonly created?: string
  readonly author?: string
  readonly config?: ContainerConfig
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly DiffId[] }
  readonly history?: readonly HistoryEntry[]
  /** The steps that the image was built by, for other machines (docs/formats/cache.md). */
  readonly 'peel.cache.v1'?: string
}

export interface ImageManifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config: Descriptor
  /** Bottom first. */
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ImageIndex {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly artifactType?: string
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** What `docker history` shows for one history entry; see `historyRows`. */
export interface HistoryRow {
  readonly created: string | undefined
  readonly createdBy: string
  /** Bytes of file content in the layer; 0 for an empty one. */
  readonly size: number
  readonly comment: string
  readonly empty: boolean
  readonly diffId: DiffId | undefined
}
