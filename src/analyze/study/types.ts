// What a study finds, as plain data. Layers are counted from 0 at the bottom; bytes are bytes of file content.

/** Why bytes count. The first three are shipped and not to be seen in the image; the others are seen and may be needless. */
export type WasteClass = 'deleted' | 'overwritten' | 'metadataOnly' | 'duplicate' | 'caches'

/** A piece of waste: a file, or a directory where all that one layer brought met the same fate. */
export interface WasteItem {
  readonly class: WasteClass
  readonly path: string
  readonly directory: boolean
  /** Files counted in it; hard links count once. */
  readonly files: number
  readonly bytes: number
  /** The layer whose bytes these are. */
  readonly broughtBy: number
  /** The layer since which they are not to be seen; absent for `duplicate` and `caches`. */
  readonly hiddenBy?: number | undefined
  /** With `caches`: whose, such as `apt` or `npm`. */
  readonly cache?: string | undefined
  /** With `duplicate`: where the same content is besides `path`, which was the first; `bytes` are those of the copies. */
  readonly copies?: readonly { readonly path: string; readonly layer: number }[] | undefined
}

/** What a layer does to the file system. Names count directories too. */
export interface LayerEffect {
  readonly added: number
  readonly changed: number
  readonly attributesChanged: number
  readonly removed: number
  /** Bytes of this layer that upper layers hide. */
  readonly wastedBytes: number
  /** Bytes of lower layers that this layer hides. */
  readonly hidesBytes: number
}

/** By dive's formula, with its faults, so that gates that were set up for it go on to mean the same. */
export interface DiveScore {
  /** 0 to 1. */
  readonly efficiency: number
  readonly wastedBytes: number
  readonly sizeBytes: number
  /** All layers but the lowest. */
  readonly userSizeBytes: number
  /** wastedBytes / userSizeBytes; NaN (in JSON `null`) where no layer but the lowest has bytes. */
  readonly wastedUserPercent: number
  /** Paths that occur in several layers, largest first. */
  readonly files: readonly { readonly path: string; readonly count: number; readonly sizeBytes: number }[]
}
