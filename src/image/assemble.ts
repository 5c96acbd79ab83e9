// From a finished build to an image's two documents. The order of fields is BuildKit's (top level by name, `config` as docker's
// structures have it), so equal images of Peel and docker look alike side by side.
import { blobOf, type Descriptor, type DiffId, mediaTypes, type Platform, sha256 } from '../core/index.ts'
import { printCanonical, sortedMap } from './print.ts'
import type { ContainerConfig, HistoryEntry, ImageConfig, ImageManifest } from './types.ts'

/** A layer as the manifest names it: by default the plain tar, whose digest is its diff id. `size`: bytes of the tar. */
export interface LayerPart {
  readonly diffId: DiffId
  readonly size: number
  /** The compressed form, if the manifest is to name that. */
  readonly descriptor?: Descriptor | undefined
}

export interface ImageDraft {
  readonly platform: Platform
  /** RFC 3339; the caller takes it from SOURCE_DATE_EPOCH or the clock. */
  readonly created?: string | undefined
  readonly author?: string | undefined
  readonly config: ContainerConfig
  /** One entry for each step; those without `empty_layer` match `layers` one to one. */
  readonly history: readonly HistoryEntry[]
  /** Bottom first. */
  readonly layers: readonly LayerPart[]
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** The steps that the image was built by, for other machines (docs/formats/cache.md). */
  readonly inlineCache?: string | undefined
}

export interface AssembledImage {
  readonly config: ImageConfig
  readonly configBytes: Uint8Array
  readonly manifest: ImageManifest
  readonly manifestBytes: Uint8Array
  readonly descriptor: Descriptor
}

/** Other programs leave fields alone that they do not know. */
export const inlineCacheField = 'peel.cache.v1'

/** What `FROM scratch` starts with, as BuildKit has it. */
export const emptyConfig: ContainerConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  WorkingDir: '/',
}

/** Makes both documents; the same draft always gives the same bytes. */
export function assemble(draft: ImageDraft): AssembledImage {
  return assembleAround(orderedConfig(draft), draft)
}

/** Makes the documents of a configuration that is finished. */
export function assembleAround(
  config: ImageConfig,
  { layers, annotations }: Pick<ImageDraft, 'layers' | 'annotations'>,
): AssembledImage {
  const configBytes = printCanonical(config)
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: sha256(configBytes), size: configBytes.length },
    layers: layers.map(layerDescriptor),
    ...(annotations === undefined ? {} : { annotations: sortedMap(annotations)! }),
  }
  const manifestBytes = printCanonical(manifest)
  const descriptor: Descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: sha256(manifestBytes),
    size: manifestBytes.length,
  }
  return { config, configBytes, manifest, manifestBytes, descriptor }
}

function layerDescriptor(layer: LayerPart): Descriptor {
  return (
    layer.descriptor ?? { mediaType: mediaTypes.ociLayer, digest: blobOf(layer.diffId), size: layer.size }
  )
}

function orderedConfig(draft: ImageDraft): ImageConfig {
  const { platform } = draft
  return {
    architecture: platform.architecture,
    ...(draft.author === undefined || draft.author === '' ? {} : { author: draft.author }),
    config: orderedContainerConfig(draft.config),
    ...(draft.created === undefined ? {} : { created: draft.created }),
    history: draft.history.map(orderedHistory),
    os: platform.os,
    ...(platform['os.features'] === undefined ? {} : { 'os.features': platform['os.features'] }),
    ...(platform['os.version'] === undefined ? {} : { 'os.version': platform['os.version'] }),
    ...(draft.inlineCache === undefined ? {} : { [inlineCacheField]: draft.inlineCache }),
    rootfs: { type: 'layers', diff_ids: draft.layers.map((layer) => layer.diffId) },
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
  }
}

/** Fields in docker's order; what is empty there is left out; unknown fields follow in the order they came. */
function orderedContainerConfig(config: ContainerConfig): ContainerConfig {
  const known: ContainerConfig = {
    User: config.User === '' ? undefined : config.User,
    ExposedPorts: filled(sortedMap(config.ExposedPorts)),
    Env: filled(config.Env),
    Entrypoint: filled(config.Entrypoint),
    Cmd: filled(config.Cmd),
    Volumes: filled(sortedMap(config.Volumes)),
    WorkingDir: config.WorkingDir === '' ? undefined : config.WorkingDir,
    Labels: filled(sortedMap(config.Labels)),
    StopSignal: config.StopSignal === '' ? undefined : config.StopSignal,
    Healthcheck: config.Healthcheck,
    ArgsEscaped: config.ArgsEscaped === true ? true : undefined,
    OnBuild: filled(config.OnBuild),
    StopTimeout: config.StopTimeout,
    Shell: filled(config.Shell),
  }
  const present = Object.entries(known).filter(([, value]) => value !== undefined)
  const unknown = Object.entries(config).filter(([name]) => !(name in known))
  return Object.fromEntries([...present, ...unknown])
}

function filled<Value extends object>(value: Value | undefined): Value | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}

function orderedHistory(entry: HistoryEntry): HistoryEntry {
  return {
    ...(entry.created === undefined ? {} : { created: entry.created }),
    ...(entry.created_by ? { created_by: entry.created_by } : {}),
    ...(entry.author ? { author: entry.author } : {}),
    ...(entry.comment ? { comment: entry.comment } : {}),
    ...(entry.empty_layer ? { empty_layer: true } : {}),
  }
}
