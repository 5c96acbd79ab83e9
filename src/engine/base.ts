// Which layers of an image are those of its base.
import type { DiffId, Digest } from '../core/index.ts'
import type { HistoryEntry } from '../image/index.ts'
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

/** What an image, wherever it lies, says of its base. */
interface BasedImage {
  /** Bottom first. */
  readonly layers: readonly DiffId[]
  readonly annotations: Readonly<Record<string, string>>
  readonly history: readonly HistoryEntry[]
  /** By history entry: its Dockerfile line, where that is known. */
  readonly places: readonly (object | null | undefined)[]
}

/** By the image's annotation if the store has that base; else what is below the first line of its Dockerfile. No layers where nobody knows. */
export function findBase(
  { layers, annotations, history, places }: BasedImage,
  findImage: (digest: Digest) => Image | undefined,
): ImageBase {
  const digest = annotations[baseDigestKey]
  const annotated = digest === undefined ? undefined : findImage(digest as Digest)
  if (annotated !== undefined && standsOn({ layers }, annotated))
    return { layers: annotated.layers, image: annotated }
  const own = places.findIndex((place) => place !== undefined && place !== null)
  const below = history.slice(0, Math.max(0, own)).filter((entry) => entry.empty_layer !== true)
  return { layers: layers.slice(0, below.length) }
}

/** The base of a stored image, by the same rule; the image itself also where only the build remembers it. */
export function baseOf(store: Store, image: Image): ImageBase {
  const record = store.builds.ofImage(image.configDigest)
  const { places = [], bases = [] }: Partial<BuildSummary> =
    record === undefined ? {} : (JSON.parse(record.summary) as Partial<BuildSummary>)
  const { annotations = {} } = image.manifest
  const base = findBase(
    {
      layers: image.layers,
      annotations,
      history: image.config.history ?? [],
      places,
    },
    (digest) => store.images.find(digest),
  )
  if (base.image !== undefined) return base
  const found = bases
    .flatMap((one) => (one.kind === 'image' ? [store.images.find(one.manifest)] : []))
    .find((one) => one !== undefined && one.layers.length === base.layers.length && standsOn(image, one))
  return { layers: base.layers, image: found }
}

/** Whether the lowest layers of an image are all those of another. */
export function standsOn(image: Pick<Image, 'layers'>, base: Pick<Image, 'layers'>): boolean {
  return base.layers.every((id, i) => image.layers[i] === id)
}
