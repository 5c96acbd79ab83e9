// Images into archives. The same images give the same bytes: members sorted, times zero, modes fixed. docker's format is the one that
// docker 25 writes: blobs by digest with manifest.json for docker and podman and an OCI index for the rest, layers plain.
import type { Writable } from 'node:stream'
import {
  blobOf,
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  mediaTypes,
  parseReference,
  printReference,
  sha256,
} from '../../core/index.ts'
import { plainManifest } from '../images.ts'
import { blobName } from '../paths.ts'
import { refNameKey } from '../refs.ts'
import type { Image, SavedImage, SaveFormat, Store } from '../types.ts'
import { type Body, json, layout, stored, writeBodies } from './bodies.ts'
import { imageNameKey } from './images.ts'

export interface SaveOptions {
  readonly format: SaveFormat
  /** A path (a directory for `oci-dir`) or a stream. */
  readonly output: string | Writable
}

/** Writes images and their names. Faults with `blob.missing`, `store.unwritable`. */
export async function saveArchive(
  store: Store,
  images: readonly SavedImage[],
  { format, output }: SaveOptions,
  ctx: Context,
): Promise<void> {
  using lease = store.lease()
  for (const image of images.flatMap((saved) => membersOf(store, saved)))
    lease.hold([
      image.digest,
      image.configDigest,
      ...image.layers,
      ...image.manifest.layers.map((l) => l.digest),
    ])
  const bodies = format === 'docker-archive' ? dockerBodies(store, images) : layoutBodies(store, images)
  await writeBodies(bodies, { format, output }, ctx)
}

function dockerBodies(store: Store, images: readonly SavedImage[]): Map<string, Body> {
  const plain = images.map(({ image, names }) => ({ names, ...asPlain(store, image) }))
  const bodies = layout(plain.flatMap(({ names, descriptor }) => entriesOf(names, descriptor)))
  for (const { image, descriptor, manifestBytes } of plain) {
    bodies.set(blobName(descriptor.digest), { bytes: manifestBytes })
    bodies.set(blobName(image.configDigest), { bytes: image.configBytes })
    for (const id of image.layers) bodies.set(blobName(id), stored(store, blobOf(id)))
  }
  const manifest = plain.map(({ image, names }) => ({
    Config: blobName(image.configDigest),
    RepoTags: names.length === 0 ? null : names,
    Layers: image.layers.map(blobName),
  }))
  bodies.set('manifest.json', { bytes: json(manifest) })
  const repositories: Record<string, Record<string, string>> = {}
  for (const { image, names } of plain)
    for (const name of names) {
      const colon = name.lastIndexOf(':')
      repositories[name.slice(0, colon)] ??= {}
      repositories[name.slice(0, colon)]![name.slice(colon + 1)] = (
        image.layers.at(-1) ?? image.configDigest
      ).slice(7)
    }
  if (Object.keys(repositories).length > 0) bodies.set('repositories', { bytes: json(repositories) })
  return bodies
}

function asPlain(
  store: Store,
  image: Image,
): { readonly image: Image; readonly descriptor: Descriptor; readonly manifestBytes: Uint8Array } {
  if (image.manifest.layers.every(({ digest }, i) => digest === blobOf(image.layers[i]!)))
    return { image, descriptor: image.descriptor, manifestBytes: image.manifestBytes }
  const manifestBytes = plainManifest(image.configBytes, image.layers, (id) => store.layers.get(id).size)
  const descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: sha256(manifestBytes),
    size: manifestBytes.length,
  }
  return { image, descriptor, manifestBytes }
}

/** docker's archives hold one image a name; the others hold all images of an index. */
function layoutBodies(store: Store, images: readonly SavedImage[]): Map<string, Body> {
  const indexes = images.flatMap(({ index }) => (index === undefined ? [] : [indexOf(store, index)]))
  const bodies = layout(
    images.flatMap(({ image, index, names }) =>
      entriesOf(names, index === undefined ? image.descriptor : indexOf(store, index).descriptor),
    ),
  )
  for (const { descriptor, bytes } of indexes) bodies.set(blobName(descriptor.digest), { bytes })
  for (const image of images.flatMap((saved) => membersOf(store, saved))) {
    bodies.set(blobName(image.digest), { bytes: image.manifestBytes })
    bodies.set(blobName(image.configDigest), { bytes: image.configBytes })
    for (const { digest } of image.manifest.layers) bodies.set(blobName(digest), stored(store, digest))
  }
  return bodies
}

function membersOf(store: Store, { image, index }: SavedImage): readonly Image[] {
  return index === undefined ? [image] : store.images.members(index)
}

function indexOf(
  store: Store,
  digest: Digest,
): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const bytes = store.images.index(digest)
  if (bytes === undefined) throw new Fault('blob.missing', `the store has no index ${digest}`)
  return { descriptor: { mediaType: mediaTypes.ociIndex, digest, size: bytes.length }, bytes }
}

function entriesOf(names: readonly string[], descriptor: Descriptor): readonly Descriptor[] {
  if (names.length === 0) return [descriptor]
  return names.map((name) => ({
    ...descriptor,
    annotations: {
      ...descriptor.annotations,
      [imageNameKey]: printReference(parseReference(name)),
      [refNameKey]: name,
    },
  }))
}
