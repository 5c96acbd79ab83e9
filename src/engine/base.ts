// Which layers of an image are those of its base.
import type { DiffId, Digest } from '../core/index.ts'
import type { Image, Store } from '../store/index.ts'
import type { BuildSummary } from './builds.ts'

/** OCI image-spec, annotations.md. */
export const baseDigestKey = 'org.opencontainers.image.base.digest'
export const baseNameKey = 'org.opencontainers.image.base.name'

export interface ImageBase {
  readonly layers: readonly DiffId[]
  /** The base itself, where it is stored. */
  readonly image?: Image | undefined
}

/** By the image's annotation if the store has that base; else as the build that made it remembers. No layers where nobody knows. */
export function baseOf(store: Store, image: Image): ImageBase {
  const digest = image.manifest.annotations?.[baseDigestKey]
  const annotated = digest === undefined ? undefined : store.images.find(digest as Digest)
  if (annotated !== undefined && standsOn(image, annotated))
    return { layers: annotated.layers, image: annotated }
  const record = store.builds.ofImage(image.configDigest)
  if (record === undefined) return { layers: [] }
  const { places, bases = [] } = JSON.parse(record.summary) as Pick<BuildSummary, 'places'> &
    Partial<BuildSummary>
  const own = places.findIndex((place) => place !== null)
  const below = (image.config.history ?? []).slice(0, Math.max(0, own))
  const layers = image.layers.slice(0, below.filter((entry) => entry.empty_layer !== true).length)
  const found = bases
    .flatMap((base) => (base.kind === 'image' ? [store.images.find(base.manifest)] : []))
    .find((base) => base !== undefined && base.layers.length === layers.length && standsOn(image, base))
  return { layers, image: found }
}

/** Whether the lowest layers of an image are all those of another. */
export function standsOn(image: Image, base: Image): boolean {
  return base.layers.every((id, i) => image.layers[i] === id)
}
