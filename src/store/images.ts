// Images in the store. The catalogue has a row for each manifest with all that lists need, so that they open no document.
import {
  asDiffId,
  type Descriptor,
  type DiffId,
  type Digest,
  Fault,
  hostPlatform,
  mediaTypes,
  type Platform,
  sha256,
} from '../core/index.ts'
import {
  assemble,
  findPlatformManifest,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  parseConfig,
  parseManifest,
  printCanonical,
  selectPlatform,
} from '../image/index.ts'
import type { BlobRoom } from './blobs.ts'
import type { Catalog } from './catalog.ts'
import type { LayerRoom } from './layers.ts'
import type { Leases } from './lease.ts'
import type { Image, ImageSummary, Images } from './types.ts'

interface Parts {
  readonly catalog: Catalog
  readonly leases: Leases
  readonly blobs: BlobRoom
  readonly layers: LayerRoom
}

interface ImageRow {
  readonly manifest: Digest
  readonly media_type: string
  readonly config: Digest
  readonly created: string | null
  readonly platform: string
  readonly size: number
  readonly layers: string
}

interface Documents {
  readonly config: ImageConfig
  readonly configBytes: Uint8Array
  readonly manifestBytes: Uint8Array
  readonly mediaType: string
}

export function openImages({ catalog, leases, blobs, layers }: Parts): Images {
  const store = ({ config, configBytes, manifestBytes, mediaType }: Documents): Image => {
    const ids = config.rootfs.diff_ids
    const missing = ids.find((id) => !layers.has(id))
    if (missing !== undefined) throw new Fault('blob.missing', `the store has no layer ${missing}`)
    const manifest = parseManifest(manifestBytes, mediaType) as ImageManifest
    const size = ids.reduce((sum, id) => sum + layers.get(id).contentSize, 0)
    const descriptor = catalog.write(() => {
      leases.cover(ids)
      const { digest: configDigest } = blobs.put(configBytes, manifest.config.mediaType)
      if (configDigest !== manifest.config.digest)
        throw new Fault(
          'manifest.invalid',
          `the manifest names the config ${manifest.config.digest}, not ${configDigest}`,
        )
      const { digest } = blobs.put(manifestBytes, mediaType)
      for (const id of ids) catalog.run('insert or ignore into edges(parent, child) values(?, ?)', digest, id)
      catalog.run(
        `insert or ignore into images(manifest, media_type, config, created, platform, size, layers, added)
         values(?, ?, ?, ?, ?, ?, ?, ?)`,
        digest,
        mediaType,
        configDigest,
        config.created ?? null,
        JSON.stringify(platformOf(config)),
        size,
        JSON.stringify(ids),
        Date.now(),
      )
      return { mediaType, digest, size: manifestBytes.length }
    })
    return toImage({ config, configBytes, manifest, manifestBytes, descriptor })
  }
  const read = (row: ImageRow): Image | undefined => {
    if (!blobs.has(row.manifest) || !blobs.has(row.config)) return undefined
    const manifestBytes = blobs.read(row.manifest)
    const configBytes = blobs.read(row.config)
    return toImage({
      config: parseConfig(configBytes),
      configBytes,
      manifest: parseManifest(manifestBytes, row.media_type) as ImageManifest,
      manifestBytes,
      descriptor: { mediaType: row.media_type, digest: row.manifest, size: manifestBytes.length },
    })
  }
  const rowOf = (digest: Digest): ImageRow | undefined =>
    catalog.row<ImageRow>('select * from images where manifest = ?', digest) ??
    catalog.row<ImageRow>('select * from images where config = ? order by added desc limit 1', digest)
  const find = (digest: Digest, platform?: Platform): Image | undefined => {
    const row = rowOf(digest)
    if (row !== undefined) return read(row)
    const document = readIndex(digest)?.document
    if (document === undefined) return undefined
    return platform === undefined ? ownOrAny(document) : find(selectPlatform(document, platform).digest)
  }
  const readIndex = (digest: Digest): { bytes: Uint8Array; document: ImageIndex } | undefined => {
    if (!blobs.has(digest)) return undefined
    const bytes = blobs.read(digest)
    const document = parseManifest(bytes)
    return isIndex(document) ? { bytes, document } : undefined
  }
  const ownOrAny = (index: ImageIndex): Image | undefined => {
    const here = index.manifests.flatMap((one) => find(one.digest) ?? [])
    if (here.length < 2) return here[0]
    const among = {
      ...index,
      manifests: index.manifests.filter((one) => here.some(({ digest }) => digest === one.digest)),
    }
    const own = findPlatformManifest(among, hostPlatform())
    return here.find(({ digest }) => digest === own?.digest) ?? here[0]
  }
  return {
    create(draft) {
      const parts = draft.layers.map((id) => ({ diffId: id, size: layers.get(id).size }))
      const made = assemble({ ...draft, layers: parts })
      return store({ ...made, mediaType: mediaTypes.ociManifest })
    },
    add({ config: configBytes, manifest, index }) {
      const config = parseConfig(configBytes)
      if (manifest !== undefined)
        return catalog.write(() => {
          const { bytes: manifestBytes, mediaType } = manifest
          const image = store({ config, configBytes, manifestBytes, mediaType })
          if (index !== undefined) {
            const { digest } = blobs.put(index.bytes, index.mediaType)
            catalog.run('insert or ignore into edges(parent, child) values(?, ?)', image.digest, digest)
          }
          return image
        })
      const sizes = (id: DiffId) => layers.get(id).size
      const manifestBytes = plainManifest(configBytes, config.rootfs.diff_ids, sizes)
      return store({ config, configBytes, manifestBytes, mediaType: mediaTypes.ociManifest })
    },
    createIndex(images, annotations) {
      const bytes = printCanonical({
        schemaVersion: 2,
        mediaType: mediaTypes.ociIndex,
        manifests: images.map(({ descriptor, config }) => ({ ...descriptor, platform: platformOf(config) })),
        ...(annotations !== undefined && { annotations }),
      } satisfies ImageIndex)
      return blobs.put(bytes, mediaTypes.ociIndex)
    },
    members(digest) {
      const index = rowOf(digest) === undefined ? readIndex(digest)?.document : undefined
      return (index?.manifests ?? [{ digest }]).flatMap((one) => find(one.digest) ?? [])
    },
    index: (digest) => (rowOf(digest) === undefined ? readIndex(digest)?.bytes : undefined),
    find,
    get(digest, platform) {
      const image = find(digest, platform)
      if (image === undefined) throw new Fault('image.missing', `the store has no image ${digest}`)
      return image
    },
    list: () => catalog.rows<ImageRow>('select * from images').map(toSummary).sort(newestFirst),
    match(prefix) {
      const hex = prefix.startsWith('sha256:') ? prefix.slice(7) : prefix
      if (!/^[0-9a-f]{1,64}$/.test(hex)) return []
      const low = `sha256:${hex}`
      return catalog
        .rows<{ manifest: Digest }>(
          'select manifest from images where (config >= ? and config < ?) or (manifest >= ? and manifest < ?) order by added desc',
          low,
          `${low}g`,
          low,
          `${low}g`,
        )
        .map((row) => row.manifest)
    },
    layerSizes: (ids) =>
      ids.map(
        (id) =>
          catalog.row<{ content_size: number }>('select content_size from layers where diff = ?', id)
            ?.content_size ?? 0,
      ),
  }
}

/** The manifest of an image whose layers are plain tars; the same config always gives the same bytes. */
export function plainManifest(
  configBytes: Uint8Array,
  ids: readonly DiffId[],
  sizeOf: (id: DiffId) => number,
): Uint8Array {
  return printCanonical({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: sha256(configBytes), size: configBytes.length },
    layers: ids.map((id) => ({ mediaType: mediaTypes.ociLayer, digest: id, size: sizeOf(id) })),
  } satisfies { layers: readonly { digest: string }[] } & Record<string, unknown>)
}

function toImage(parts: {
  readonly config: ImageConfig
  readonly configBytes: Uint8Array
  readonly manifest: ImageManifest
  readonly manifestBytes: Uint8Array
  readonly descriptor: Descriptor
}): Image {
  return {
    ...parts,
    digest: parts.descriptor.digest,
    configDigest: parts.manifest.config.digest,
    layers: parts.config.rootfs.diff_ids.map((id) => asDiffId(id as string as Digest)),
  }
}

function platformOf(config: ImageConfig): Platform {
  const { os, architecture, variant } = config
  return variant === undefined ? { os, architecture } : { os, architecture, variant }
}

function toSummary(row: ImageRow): ImageSummary {
  return {
    digest: row.manifest,
    configDigest: row.config,
    created: row.created ?? undefined,
    platform: JSON.parse(row.platform) as Platform,
    size: row.size,
    layers: JSON.parse(row.layers) as DiffId[],
  }
}

function newestFirst(a: ImageSummary, b: ImageSummary): number {
  return (Date.parse(b.created ?? '') || 0) - (Date.parse(a.created ?? '') || 0)
}
