// An image of the store, opened for study: indexes as they lie there, files read out of the layers' tars.
import type { Digest, Platform } from '../../core/index.ts'
import type { Store } from '../../store/index.ts'
import type { BuildSummary } from '../builds.ts'
import { findImage } from '../names.ts'
import { firstBytes, type OpenedImage } from './opened.ts'

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
    annotations: image.manifest.annotations ?? {},
    places,
    dockerfile: build?.text === undefined ? undefined : { file: build.dockerfile, text: build.text },
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
