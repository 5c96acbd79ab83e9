// How much room each image takes, and what would be free without it.
import path from 'node:path'
import type { DiffId, Digest } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import { sizeOf } from './disk.ts'
import { loadEdges, reachable } from './reach.ts'
import type { Usage } from './types.ts'

interface ImageRow {
  readonly manifest: Digest
  readonly config: Digest
  readonly size: number
  readonly layers: string
}

export function usage(root: string, catalog: Catalog): Usage {
  const onDisk = layerSizes(catalog)
  const images = catalog.rows<ImageRow>('select manifest, config, size, layers from images')
  const layersOf = new Map(
    images.map((image) => [image.manifest, new Set(JSON.parse(image.layers) as DiffId[])]),
  )
  const users = new Map<DiffId, number>()
  for (const layers of layersOf.values()) for (const id of layers) users.set(id, (users.get(id) ?? 0) + 1)
  const names = namesOf(catalog)
  const sum = (ids: Iterable<DiffId>) => [...ids].reduce((total, id) => total + (onDisk.get(id) ?? 0), 0)
  const layers = sum(onDisk.keys())
  const indexes = sizeOf(path.join(root, 'index')) + sizeOf(path.join(root, 'tree'))
  const cacheMounts = sizeOf(path.join(root, 'mounts'))
  const { total: blobs } = catalog.row<{ total: number }>(
    'select coalesce(sum(size), 0) as total from blobs',
  )!
  return {
    images: images.map((image) => {
      const own = [...layersOf.get(image.manifest)!]
      return {
        digest: image.manifest,
        configDigest: image.config,
        names: names(image.manifest),
        shared: sum(own.filter((id) => users.get(id)! > 1)),
        unique: sum(own.filter((id) => users.get(id) === 1)),
        size: image.size,
      }
    }),
    layers,
    indexes,
    cacheOnly: sum([...onDisk.keys()].filter((id) => !users.has(id))),
    cacheMounts,
    reclaimable: blobs - reachedBytes(catalog),
    total: blobs + indexes + cacheMounts,
  }
}

/** Bytes on disk of each layer: its tar and its compressed forms. */
function layerSizes(catalog: Catalog): Map<DiffId, number> {
  const sizes = new Map(
    catalog
      .rows<{ diff: DiffId; tar_size: number }>('select diff, tar_size from layers')
      .map((row) => [row.diff, row.tar_size]),
  )
  for (const { diff, size } of catalog.rows<{ diff: DiffId; size: number }>(
    'select diff, size from compressed',
  ))
    if (sizes.has(diff)) sizes.set(diff, sizes.get(diff)! + size)
  return sizes
}

/** The names that lead to a manifest, through an index too. */
function namesOf(catalog: Catalog): (manifest: Digest) => readonly string[] {
  const children = loadEdges(catalog)
  const names = new Map<string, string[]>()
  for (const { name, digest } of catalog.rows<{ name: string; digest: string }>(
    'select name, digest from refs order by name',
  ))
    for (const target of [digest, ...children(digest)])
      names.set(target, [...(names.get(target) ?? []), name])
  return (manifest) => names.get(manifest) ?? []
}

function reachedBytes(catalog: Catalog): number {
  const roots = [
    ...catalog.rows<{ root: string }>('select digest as root from refs'),
    ...catalog.rows<{ root: string }>('select distinct item as root from lease_items'),
  ].map((row) => row.root)
  const live = reachable(roots, loadEdges(catalog))
  return catalog
    .rows<{ digest: string; size: number }>('select digest, size from blobs')
    .reduce((sum, { digest, size }) => sum + (live.has(digest) ? size : 0), 0)
}
