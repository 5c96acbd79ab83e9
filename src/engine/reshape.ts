// What squashing and rebasing share: the new image stored and named.
import type { DiffId } from '../core/index.ts'
import { amendImage, type HistoryEntry, type ImageConfig, layerWarning } from '../image/index.ts'
import type { Image, Store } from '../store/index.ts'
import type { ReshapedImage } from './api/index.ts'
import { parseTag } from './names.ts'

export interface Reshaping {
  readonly layers: readonly DiffId[]
  readonly kept: number
  readonly history: readonly HistoryEntry[]
  /** RFC 3339. */
  readonly created: string
  readonly config?: ImageConfig['config']
  readonly annotations: Readonly<Record<string, string>>
  readonly tag: string | undefined
}

/** Stores what an image is made into. */
export function storeReshaped(store: Store, image: Image, change: Reshaping): ReshapedImage {
  const { layers, kept, history, created, config, annotations } = change
  const tags = change.tag === undefined ? [] : [parseTag(change.tag)]
  const made = amendImage(image.config, {
    layers: layers.map((diffId) => ({ diffId, size: store.layers.get(diffId).size })),
    history,
    created,
    config,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  })
  const { mediaType } = made.descriptor
  const stored = store.images.add({
    config: made.configBytes,
    manifest: { bytes: made.manifestBytes, mediaType },
  })
  store.refs.setAll(tags.map((name) => ({ name, descriptor: stored.descriptor })))
  const warning = layerWarning(layers.length)
  const sizeOf = (ids: readonly DiffId[]): number =>
    store.images.layerSizes(ids).reduce((sum, size) => sum + size, 0)
  return {
    id: stored.configDigest,
    manifest: stored.digest,
    tags,
    kept,
    layers: { before: image.layers.length, after: layers.length },
    size: { before: sizeOf(image.layers), after: sizeOf(layers) },
    warnings: warning === undefined ? [] : [warning],
  }
}
