// What the engine tells about stored images: lists, histories, details. No layer is opened.
import {
  type Descriptor,
  type Digest,
  familiarName,
  matchesReference,
  parseReference,
  printPlatform,
} from '../core/index.ts'
import { historyRows, type ImageConfig } from '../image/index.ts'
import type { Image, ImageSummary, Store } from '../store/index.ts'
import type { HistoryRow, ImageRow } from './api/index.ts'
import type { BuildSummary } from './builds.ts'
import { findImage, refName, type SplitName, splitName } from './names.ts'

export function listImages(
  store: Store,
  { filter, all = false }: { readonly filter?: string | undefined; readonly all?: boolean } = {},
): ImageRow[] {
  const summaries = store.images.list()
  const names = namesByImage(store)
  return summaries.flatMap((summary) => {
    const own = (names.get(summary.digest) ?? []).filter(
      (name) => filter === undefined || matches(filter, name),
    )
    if (own.length > 0) return rowsOf(own).map((name) => imageRow(summary, name))
    return all && filter === undefined && !names.has(summary.digest) ? [imageRow(summary, undefined)] : []
  })
}

/** A name by digest has a row where no tag of the same repository has one, as in docker. */
function rowsOf(names: readonly string[]): readonly SplitName[] {
  const split = names.map(splitName)
  return split.filter(
    ({ repository, tag }) =>
      tag !== undefined || !split.some((other) => other.repository === repository && other.tag !== undefined),
  )
}

function matches(filter: string, name: string): boolean {
  if (refName(filter) === name) return true
  const reference = parseReference(name)
  return matchesReference(filter, reference) || matchesReference(filter, { ...reference, tag: undefined })
}

function imageRow(summary: ImageSummary, name: SplitName | undefined): ImageRow {
  return {
    id: summary.configDigest,
    manifest: summary.digest,
    repository: name?.repository,
    tag: name?.tag,
    created: summary.created,
    size: summary.size,
    platform: printPlatform(summary.platform),
  }
}

function namesByImage(store: Store): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const { name, descriptor } of store.refs.list()) {
    const digest = store.images.find(descriptor.digest)?.digest ?? descriptor.digest
    const list = names.get(digest) ?? []
    list.push(name)
    names.set(digest, list)
  }
  return names
}

export function imageHistory(store: Store, name: string): HistoryRow[] {
  const image = findImage(store, name)
  const build = store.builds.ofImage(image.configDigest)
  const places = build === undefined ? [] : (JSON.parse(build.summary) as BuildSummary).places
  const rows = historyRows(image.config, store.images.layerSizes(image.layers))
  // rows come top first, places bottom first
  return rows.map((row, i) => ({
    ...row,
    id: i === 0 ? image.configDigest : undefined,
    place: places[rows.length - 1 - i] ?? undefined,
  }))
}

/** One object of `docker image inspect`. */
export function imageDetails(store: Store, name: string): Readonly<Record<string, unknown>> {
  const image = findImage(store, name)
  return detailsOf({
    config: image.config,
    configDigest: image.configDigest,
    tags: (namesByImage(store).get(image.digest) ?? []).filter((name) => splitName(name).tag !== undefined),
    digests: store.places
      .published(image.digest)
      .map(({ repository, digest }) => `${familiarName(parseReference(repository))}@${digest}`),
    size: totalSize(store, image),
    descriptor: image.descriptor,
  })
}

/** What `docker image inspect` says about an image, wherever it is. */
export function detailsOf(image: {
  readonly config: ImageConfig
  readonly configDigest: Digest
  readonly tags: readonly string[]
  readonly digests: readonly string[]
  readonly size: number
  readonly descriptor: Descriptor
}): Readonly<Record<string, unknown>> {
  const { config } = image
  return {
    Id: image.configDigest,
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    ...(config.variant !== undefined && { Variant: config.variant }),
    Os: config.os,
    Size: image.size,
    Config: config.config ?? {},
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Descriptor: image.descriptor,
  }
}

function totalSize(store: Store, image: Image): number {
  return store.images.layerSizes(image.layers).reduce((sum, size) => sum + size, 0)
}
