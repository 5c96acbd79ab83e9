// What the engine tells about stored images: lists, histories, details. No layer is opened.
import { familiarName, matchesReference, parseReference, printPlatform } from '../core/index.ts'
import { historyRows } from '../image/index.ts'
import type { Image, ImageSummary, Store } from '../store/index.ts'
import type { HistoryRow, ImageRow } from './api/index.ts'
import type { BuildSummary } from './builds.ts'
import { findImage, splitName, storeName } from './names.ts'

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
    if (own.length > 0) return own.map((name) => imageRow(summary, splitName(name)))
    return all && filter === undefined && !names.has(summary.digest) ? [imageRow(summary, undefined)] : []
  })
}

function matches(filter: string, name: string): boolean {
  if (storeName(filter) === name) return true
  const reference = parseReference(name)
  return matchesReference(filter, reference) || matchesReference(filter, { ...reference, tag: undefined })
}

function imageRow(
  summary: ImageSummary,
  name: { readonly repository: string; readonly tag: string } | undefined,
): ImageRow {
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
  const { config } = image
  const names = namesByImage(store).get(image.digest) ?? []
  return {
    Id: image.configDigest,
    RepoTags: names,
    RepoDigests: store.places
      .published(image.digest)
      .map(({ repository, digest }) => `${familiarName(parseReference(repository))}@${digest}`),
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    ...(config.variant !== undefined && { Variant: config.variant }),
    Os: config.os,
    Size: totalSize(store, image),
    Config: config.config ?? {},
    RootFS: { Type: 'layers', Layers: image.layers },
    Descriptor: image.descriptor,
  }
}

function totalSize(store: Store, image: Image): number {
  return store.images.layerSizes(image.layers).reduce((sum, size) => sum + size, 0)
}
