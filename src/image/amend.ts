// An image made of another: other layers and history, all else as it was, fields that Peel does not know included.
import { type AssembledImage, assembleAround, type LayerPart } from './assemble.ts'
import type { ContainerConfig, HistoryEntry, ImageConfig } from './types.ts'

export interface ImageChange {
  /** Bottom first. */
  readonly layers: readonly LayerPart[]
  readonly history: readonly HistoryEntry[]
  /** RFC 3339. */
  readonly created: string
  /** Default: as it was. */
  readonly config?: ContainerConfig | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** Makes both documents; the same image and change always give the same bytes. */
export function amendImage(image: ImageConfig, change: ImageChange): AssembledImage {
  const { config = image.config, created, history, layers, annotations } = change
  const amended: ImageConfig = {
    ...image,
    ...(config !== undefined && { config }),
    created,
    history,
    rootfs: { ...image.rootfs, diff_ids: layers.map(({ diffId }) => diffId) },
  }
  return assembleAround(amended, { layers, annotations })
}

/**
 * The history of an image whose layers above the first `kept` are one: their entries stay as what was done, `note` stands for the one.
 * Layers that the history does not mention get entries of their own, so that each entry keeps to its layer.
 */
export function mergedHistory(
  history: readonly HistoryEntry[],
  kept: number,
  note: HistoryEntry,
): readonly HistoryEntry[] {
  let layer = 0
  const entries = history.map((entry) => {
    if (entry.empty_layer === true || layer++ < kept) return entry
    return { ...entry, empty_layer: true }
  })
  const unmentioned = Array.from({ length: Math.max(0, kept - layer) }, (): HistoryEntry => ({}))
  return [...entries, ...unmentioned, note]
}

/** The entries of the first `layers` layers, and those of what stands on them; entries without a layer go with the layer below. */
export function splitHistory(
  history: readonly HistoryEntry[],
  layers: number,
): { readonly below: readonly HistoryEntry[]; readonly above: readonly HistoryEntry[] } {
  let layer = 0
  const at = history.findIndex((entry) => entry.empty_layer !== true && layer++ === layers)
  return at < 0 ? { below: history, above: [] } : { below: history.slice(0, at), above: history.slice(at) }
}
