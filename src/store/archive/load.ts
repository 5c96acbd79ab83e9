// Images from archives: docker's (manifest.json, old and new layout), OCI's (index.json), as a file, a stream or a directory, plain
// or compressed as a whole. Names are set in one transaction when everything is there; until then a lease holds the pieces.
import { type Context, type Descriptor, type Digest, Fault, type Platform, sha256 } from '../../core/index.ts'
import { isIndex, parseManifest, selectPlatform } from '../../image/index.ts'
import { refNameKey } from '../refs.ts'
import type { Image, IngestedLayer, Lease, SavedImage, Store } from '../types.ts'
import { type FoundImage, layoutEntries, readDocument, readEntry, readImages } from './images.ts'
import { type LayerTaker, openDirectoryPieces, openPieces } from './pieces.ts'

/** Loads all images of an archive. `source`: a path (of a file or a layout directory) or a stream. Faults with `archive.invalid`. */
export async function loadArchive(
  store: Store,
  source: string | AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<readonly SavedImage[]> {
  using lease = store.lease()
  const loaded = await storeArchive(store, lease, source, ctx)
  store.refs.setAll(loaded.flatMap(({ names, descriptor }) => names.map((name) => ({ name, descriptor }))))
  return loaded.map(({ image, names }) => ({ image, names }))
}

/** As `loadArchive`, but sets no names: what was stored stays as long as the lease. `descriptor` is what a name would point to. */
export async function storeArchive(
  store: Store,
  lease: Lease,
  source: string | AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<readonly (SavedImage & { readonly descriptor: Descriptor })[]> {
  const found = await readImages(await openPieces(source, storingLayers(store, lease, ctx), ctx))
  return found.map((one) => ({ ...storeImage(store, one), names: one.names }))
}

/**
 * Loads one image of a layout directory without naming it: the one with the tag (`latest` where none is given and there are several) or the
 * digest, for the platform. Faults with `archive.invalid`, `image.missing` and `image.platform`.
 */
export async function loadFromLayout(
  store: Store,
  directory: string,
  wanted: {
    readonly tag?: string | undefined
    readonly digest?: Digest | undefined
    readonly platform: Platform
  },
  ctx: Context,
): Promise<Image> {
  using lease = store.lease()
  const pieces = openDirectoryPieces(directory, storingLayers(store, lease, ctx))
  if (!pieces.has('index.json'))
    throw new Fault('archive.invalid', `${directory} is no OCI layout: it has no index.json`)
  const entries = layoutEntries(pieces)
  const tagOf = ({ annotations }: Descriptor) => /[^:]*$/.exec(annotations?.[refNameKey] ?? '')?.[0]
  const { tag = entries.length > 1 ? 'latest' : undefined, digest } = wanted
  const entry = entries.find((one) =>
    digest === undefined ? tag === undefined || tagOf(one) === tag : one.digest === digest,
  )
  if (entry === undefined)
    throw new Fault('image.missing', `the layout ${directory} has no image ${digest ?? tag}`, {
      hint: `it has ${entries.map((one) => tagOf(one) || one.digest).join(', ') || 'none at all'}`,
    })
  const found = await readEntry(pieces, entry)
  const parsed = parseManifest(readDocument(pieces, entry, 'manifest'), entry.mediaType)
  const chosen = isIndex(parsed) ? selectPlatform(parsed, wanted.platform).digest : undefined
  const image = found.find(({ manifest }) => chosen === undefined || sha256(manifest!.bytes) === chosen)
  if (image !== undefined) return storeImage(store, image).image
  throw new Fault('archive.invalid', `the layout ${directory} lacks the image ${chosen ?? entry.digest}`)
}

/** Stores the documents of an image whose layers are stored; `descriptor` is what a name is to point to. */
function storeImage(
  store: Store,
  { config, manifest, index }: FoundImage<IngestedLayer>,
): { readonly image: Image; readonly descriptor: Descriptor } {
  const image = store.images.add({ config, manifest })
  const descriptor = index === undefined ? image.descriptor : store.blobs.put(index.bytes, index.mediaType)
  return { image, descriptor }
}

/** Layers go into the store; what it has already, the lease keeps. */
export function storingLayers(store: Store, lease: Lease, ctx: Context): LayerTaker<IngestedLayer> {
  return {
    find(digest) {
      const diffId = store.layers.ofBlob(digest)
      if (diffId === undefined) return undefined
      if (lease.hold([digest, diffId]).length > 0) return undefined
      const layer = store.layers.get(diffId)
      return { ...layer, descriptor: { mediaType: '', digest, size: store.blobs.size(digest) } }
    },
    take: ({ stream }) => store.layers.ingest(stream, {}, ctx),
  }
}
