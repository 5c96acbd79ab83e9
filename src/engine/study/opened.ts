// An image opened for study, wherever it came from: its documents, the indexes of its layers and how to read a file.
import type { DiffId, Digest } from '../../core/index.ts'
import type { ImageConfig } from '../../image/index.ts'
import type { FileEntry, LayerIndex } from '../../layer/index.ts'
import type { LinePlace } from '../api/index.ts'

export interface OpenedLayer {
  readonly index: LayerIndex
  /** As the manifest has it, or as it came. */
  readonly digest: Digest
  readonly mediaType: string
  readonly compressedSize?: number | undefined
  /** What the archive that it came from calls its tar. */
  readonly tarName?: string | undefined
}

export interface OpenedImage extends Disposable {
  readonly name: string
  readonly id: Digest
  readonly manifest: Digest
  readonly names: readonly string[]
  readonly config: ImageConfig
  /** Bottom first. */
  readonly layers: readonly OpenedLayer[]
  /** By history entry, bottom first: its Dockerfile line, where that is known. */
  readonly places: readonly (LinePlace | undefined)[]
  readonly dockerfile?: { readonly file: string; readonly text: string } | undefined
  /** The layers of the image it was built on, as far as anything says. */
  readonly base: readonly DiffId[]
  /** The first `limit` bytes of a file in one of the layers. */
  read(file: FileEntry, limit: number): Promise<Uint8Array>
  /** All bytes of a file; a chunk is valid only until the next is asked for. */
  stream(file: FileEntry): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}
