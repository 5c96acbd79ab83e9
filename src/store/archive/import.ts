// A root file system's tar as an image of one layer.
import type { Context } from '../../core/index.ts'
import { readFileStream } from '../stream.ts'
import type { Image, ImportRequest, Store } from '../types.ts'

/** `source`: a path or a stream, plain, gzip or zstd. Faults: `tar.invalid`, `compression.unsupported`, `archive.invalid`. */
export async function importTar(
  store: Store,
  source: string | AsyncIterable<Uint8Array>,
  request: ImportRequest,
  ctx: Context,
): Promise<Image> {
  using _lease = store.lease()
  const stream = typeof source === 'string' ? readFileStream(source) : source
  const layer = await store.layers.ingest(stream, { keepCompressed: false, name: 'the file' }, ctx)
  return store.images.create({
    platform: request.platform,
    created: request.created,
    config: request.config,
    history: [
      {
        created: request.created,
        comment: request.message ?? 'Imported from -',
      },
    ],
    layers: [layer.diffId],
  })
}
