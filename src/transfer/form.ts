// The form in which a layer of the store travels: as it came, or packed as is wanted; what was packed once is remembered.
import { blobOf, type Context, type Descriptor, type DiffId, mediaTypes } from '../core/index.ts'
import type { Store } from '../store/index.ts'

/** Without a kind and a level a layer goes in the form that it came in, and others as gzip. */
export interface WantedForm {
  readonly compression?: 'gzip' | 'zstd' | 'none' | undefined
  readonly level?: number | undefined
  /** Bytes of the plain tar gone through so far, where it has to be packed. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

/** Makes the form if it is not here. */
export async function formOf(
  store: Store,
  id: DiffId,
  { compression, level, onRead }: WantedForm,
  ctx: Context,
): Promise<Descriptor> {
  if (compression === 'none')
    return { mediaType: mediaTypes.ociLayer, digest: blobOf(id), size: store.layers.get(id).size }
  const came = compression === undefined && level === undefined ? store.layers.original(id) : undefined
  return came ?? store.layers.compress(id, { kind: compression ?? 'gzip', level, onRead }, ctx)
}

/** The descriptor with the OCI media type: docker's have no zstd, and one manifest should not mix two families. */
export function ociForm({ mediaType, digest, size }: Descriptor): Descriptor {
  if (mediaType.endsWith('zstd')) return { mediaType: mediaTypes.ociLayerZstd, digest, size }
  const plain = mediaType.endsWith('gzip') ? mediaTypes.ociLayerGzip : mediaTypes.ociLayer
  return { mediaType: plain, digest, size }
}
