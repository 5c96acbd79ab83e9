// A layer that comes from outside. One pass verifies the bytes as they come, takes them apart, and indexes the plain tar; memory is
// bounded because each stage waits for the next.
import { createHash } from 'node:crypto'
import { type Context, type Digest, digestOfHex, Fault, mediaTypes } from '../core/index.ts'
import { createIndexer, decompress, detectCompression, headSize } from '../layer/index.ts'
import type { BlobRoom } from './blobs.ts'
import type { Catalog } from './catalog.ts'
import type { LayerRoom } from './layers.ts'
import type { Leases } from './lease.ts'
import { withHead } from './stream.ts'
import type { TempFile } from './temp.ts'
import type { ExpectedLayer, IngestedLayer } from './types.ts'

export interface IngestParts {
  readonly catalog: Catalog
  readonly leases: Leases
  readonly blobs: BlobRoom
  readonly layers: LayerRoom
}

export interface Incoming {
  readonly stream: AsyncIterable<Uint8Array>
  readonly expected: ExpectedLayer
  /** A file that holds the stream's bytes as they come: then no second copy of them is made. */
  readonly kept?: TempFile
}

const mediaTypeOf = {
  plain: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
} as const

/** Faults: `blob.corrupt` (not the expected digest or size), `tar.invalid`, `compression.invalid`, `compression.unsupported`. */
export async function ingestLayer(parts: IngestParts, from: Incoming, ctx: Context): Promise<IngestedLayer> {
  const { catalog, leases, blobs, layers } = parts
  const { expected, kept } = from
  const name = expected.name ?? 'the layer'
  const { head, whole } = await withHead(from.stream, headSize)
  const kind = detectCompression(head)
  if (kind === 'bzip2' || kind === 'xz')
    throw new Fault('compression.unsupported', `${name} is compressed with ${kind}, which Peel cannot read`, {
      hint: `Decompress it first (${kind === 'xz' ? 'unxz' : 'bunzip2'}); plain tar, gzip and zstd can be read.`,
    })
  const keepsTar = kind === 'plain' && kept !== undefined
  using ownTar = keepsTar ? undefined : blobs.temp()
  using ownPacked =
    kind === 'plain' || kept !== undefined || expected.keepCompressed === false ? undefined : blobs.temp()
  const tar = keepsTar ? kept : ownTar!
  const packed = kind === 'plain' ? undefined : (kept ?? ownPacked)
  const indexer = createIndexer()
  const hash = createHash('sha256')
  let arrived = 0
  const take = (chunk: Uint8Array) => {
    indexer.push(chunk)
    ownTar?.write(chunk)
  }
  if (kind === 'plain') {
    for await (const chunk of whole) {
      ctx.signal.throwIfAborted()
      arrived += chunk.length
      take(chunk)
    }
  } else {
    const arriving = async function* () {
      for await (const chunk of whole) {
        arrived += chunk.length
        hash.update(chunk)
        ownPacked?.write(chunk)
        yield chunk
      }
    }
    for await (const chunk of decompress(kind, arriving())) {
      ctx.signal.throwIfAborted()
      take(chunk)
    }
  }
  const { index } = indexer.end()
  tar.finish('cached')
  packed?.finish('cached')
  const plainDigest = index.diffId as string as Digest
  const digest = kind === 'plain' ? plainDigest : digestOfHex(hash.digest('hex'))
  const differs = (what: string, wanted: string | number, got: string | number) =>
    new Fault('blob.corrupt', `${name}: ${what} ${wanted} was expected, ${got} came`)
  if (expected.size !== undefined && expected.size !== arrived) throw differs('size', expected.size, arrived)
  if (expected.digest !== undefined && expected.digest !== digest)
    throw differs('digest', expected.digest, digest)
  if (expected.diffId !== undefined && expected.diffId !== index.diffId)
    throw differs('diff id', expected.diffId, index.diffId)
  const mediaType = expected.mediaType ?? mediaTypeOf[kind]
  const layer = layers.register(tar, index, () => {
    if (packed === undefined) return
    leases.cover([digest])
    blobs.adopt(packed, digest, 'cached')
    catalog.run(
      'insert or ignore into compressed(digest, diff, size, media_type) values(?, ?, ?, ?)',
      digest,
      index.diffId,
      arrived,
      mediaType,
    )
  })
  return { ...layer, descriptor: { mediaType, digest, size: arrived } }
}
