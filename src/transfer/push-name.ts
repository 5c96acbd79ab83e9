// What a name points to, into a registry: an image, or an index with the images of all its platforms, as far as they are here.
import { type Context, type Descriptor, type Digest, printFamiliar, type Reference } from '../core/index.ts'
import { type ImageIndex, imagesOf, isIndex, parseManifest } from '../image/index.ts'
import type { Registry } from '../registry/index.ts'
import type { Image, Store } from '../store/index.ts'
import { type PushedImage, type PushOptions, pushImage } from './push.ts'

export interface PushedName {
  /** What the name points to here. */
  readonly named: Descriptor
  /** All of one repository. */
  readonly references: readonly Reference[]
}

/** Faults: those of the registry, and `image.missing` where the image is not here. */
export async function pushName(
  { store, registry }: { readonly store: Store; readonly registry: Registry },
  { named, references }: PushedName,
  options: PushOptions,
  ctx: Context,
): Promise<PushedImage> {
  using lease = store.lease()
  const index = findIndex(store, named)
  const all = index === undefined ? undefined : imagesHere(store, index.document)
  if (index === undefined || all === undefined) {
    const image = store.images.get(named.digest)
    if (index !== undefined) warnOfOthers(references[0]!, index.document, ctx)
    return pushImage({ store, registry, lease }, { image, references }, options, ctx)
  }
  lease.hold([named.digest])
  const bare = references.map(({ domain, path }) => ({ domain, path })).slice(0, 1)
  // The index names images by their digests, so they go as they are.
  for (const image of all)
    await pushImage(
      { store, registry, lease },
      { image, references: bare },
      { parallel: options.parallel, compression: asIs(image) },
      ctx,
    )
  const manifest = { bytes: index.bytes, mediaType: named.mediaType }
  for (const reference of references) await registry.putManifest(reference, manifest, ctx)
  return { descriptor: named }
}

function findIndex(
  store: Store,
  { digest, mediaType }: Descriptor,
): { readonly bytes: Uint8Array; readonly document: ImageIndex } | undefined {
  if (!store.blobs.has(digest)) return undefined
  const bytes = store.blobs.read(digest)
  const document = parseManifest(bytes, mediaType)
  return isIndex(document) ? { bytes, document } : undefined
}

/** All images of an index; `undefined` where something that it lists is not here. */
function imagesHere(store: Store, index: ImageIndex): readonly Image[] | undefined {
  const images = index.manifests.map(({ digest }) => findExact(store, digest))
  return images.every((image) => image !== undefined) ? images : undefined
}

function findExact(store: Store, digest: Digest): Image | undefined {
  const image = store.images.find(digest)
  return image?.digest === digest ? image : undefined
}

/** Plain layers stay plain where the manifest must stay as it is. */
function asIs({ manifest }: Image): PushOptions['compression'] {
  return manifest.layers.some(({ mediaType }) => mediaType.endsWith('tar')) ? 'none' : undefined
}

function warnOfOthers(reference: Reference, index: ImageIndex, ctx: Context): void {
  const count = imagesOf(index).length
  const message = `${printFamiliar(reference)} is an index of ${count} images, of which not all are here; only one is pushed`
  ctx.emit({ type: 'warning', code: 'push.partial', message })
}
