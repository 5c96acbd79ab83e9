// An image of the store, opened for study: indexes as they lie there, files read out of the layers' tars.
import type { Digest, Platform } from '../../core/index.ts'
import type { FileEntry } from '../../layer/index.ts'
import type { Store } from '../../store/index.ts'
import type { BuildSummary } from '../builds.ts'
import { holdImage } from '../held.ts'
import { firstBytes, type OpenedImage } from './opened.ts'

/** Faults with `image.missing` or `blob.missing`. */
export function openStored(store: Store, name: string, platform?: Platform): OpenedImage {
  using stack = new DisposableStack()
  const image = holdImage(store, stack.use(store.lease()), name, platform)
  const record = store.builds.ofImage(image.configDigest)
  const build = record === undefined ? undefined : (JSON.parse(record.summary) as BuildSummary)
  const places = (build?.places ?? []).map((place) => place ?? undefined)
  const opened = {
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
    read: async (file: FileEntry, limit: number) => firstBytes(store.layers.read(file), file, limit),
    stream: (file: FileEntry) => store.layers.read(file),
  }
  const kept = stack.move()
  return { ...opened, [Symbol.dispose]: () => kept.dispose() }
}

function namesOf(store: Store, digest: Digest): string[] {
  return store.refs
    .list()
    .filter(({ descriptor }) => store.images.find(descriptor.digest)?.digest === digest)
    .map(({ name }) => name)
}
