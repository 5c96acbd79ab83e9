// An image of the store, opened for study: indexes as they lie there, files read out of the layers' tars.
import type { DiffId, Digest, Platform } from '../../core/index.ts'
import type { FileEntry } from '../../layer/index.ts'
import type { Image, Store } from '../../store/index.ts'
import type { BuildSummary } from '../builds.ts'
import { findImage } from '../names.ts'
import type { OpenedImage } from './opened.ts'

const baseDigestKey = 'org.opencontainers.image.base.digest'

/** Faults with `image.missing` or `blob.missing`. */
export function openStored(store: Store, name: string, platform?: Platform): OpenedImage {
  const image = findImage(store, name, platform)
  const lease = store.lease()
  lease.hold([image.digest, ...image.layers])
  const record = store.builds.ofImage(image.configDigest)
  const build = record === undefined ? undefined : (JSON.parse(record.summary) as BuildSummary)
  const places = (build?.places ?? []).map((place) => place ?? undefined)
  return {
    name,
    id: image.configDigest,
    manifest: image.digest,
    names: namesOf(store, image.digest),
    config: image.config,
    layers: image.layers.map((id, i) => {
      const descriptor = image.manifest.layers[i]
      const compressed = store.layers.original(id)
      return {
        index: store.index(id),
        digest: descriptor?.digest ?? (id as string as Digest),
        mediaType: descriptor?.mediaType ?? '',
        compressedSize: compressed?.size,
      }
    }),
    places,
    dockerfile: build?.text === undefined ? undefined : { file: build.dockerfile, text: build.text },
    base: baseLayers(store, image, places),
    read: async (file, limit) => firstBytes(store.layers.read(file), file, limit),
    stream: (file) => store.layers.read(file),
    [Symbol.dispose]: () => lease[Symbol.dispose](),
  }
}

function namesOf(store: Store, digest: Digest): string[] {
  return store.refs
    .list()
    .filter(({ descriptor }) => store.images.find(descriptor.digest)?.digest === digest)
    .map(({ name }) => name)
}

/** By the image's annotation if the store has that base; else the layers below the first line that the build knows. */
function baseLayers(store: Store, image: Image, places: OpenedImage['places']): readonly DiffId[] {
  const digest = image.manifest.annotations?.[baseDigestKey]
  const base = digest === undefined ? undefined : store.images.find(digest as Digest)
  if (base !== undefined) return base.layers
  const own = places.findIndex((place) => place !== undefined)
  if (own < 0) return []
  const below = (image.config.history ?? []).slice(0, own).filter((entry) => entry.empty_layer !== true)
  return image.layers.slice(0, below.length)
}

function firstBytes(chunks: Iterable<Uint8Array>, file: FileEntry, limit: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(file.size, limit))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at)
    at = Math.min(at + chunk.length, bytes.length)
    if (at === bytes.length) break
  }
  return bytes
}
