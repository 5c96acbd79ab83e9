// An image opened for study, wherever it came from: its documents, the indexes of its layers and how to read a file.
import type { Digest } from '../../core/index.ts'
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
  /** Absent in docker's archives without one. */
  readonly manifest: Digest | undefined
  readonly names: readonly string[]
  readonly config: ImageConfig
  /** Bottom first. */
  readonly layers: readonly OpenedLayer[]
  /** By history entry, bottom first: its Dockerfile line, where that is known. */
  readonly places: readonly (LinePlace | undefined)[]
  readonly dockerfile?: { readonly file: string; readonly text: string } | undefined
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>
  /** The first `limit` bytes of a file in one of the layers. */
  read(file: FileEntry, limit: number): Promise<Uint8Array>
  /** All bytes of a file. What comes at once shares a buffer with all other reads: it has to be used up before anything is awaited. */
  stream(file: FileEntry): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** All bytes of a file in chunks that stay as they are while others read, too. */
export async function* ownChunks(image: OpenedImage, file: FileEntry): AsyncGenerator<Uint8Array> {
  const chunks = image.stream(file)
  if (Symbol.iterator in chunks) for (const chunk of chunks) yield Buffer.from(chunk)
  else yield* chunks
}

/** At most `limit` bytes of a file that comes in chunks. */
export function firstBytes(chunks: Iterable<Uint8Array>, file: FileEntry, limit: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(file.size, limit))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at)
    at = Math.min(at + chunk.length, bytes.length)
    if (at === bytes.length) break
  }
  return bytes
}
