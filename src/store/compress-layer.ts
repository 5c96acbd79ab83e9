// Compressed forms of layers, each made once: what came of a layer at a level is remembered, and given out as long as it is here.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import {
  blobOf,
  type Context,
  type Descriptor,
  type DiffId,
  type Digest,
  digestOfHex,
  mediaTypes,
} from '../core/index.ts'
import { compressBlocks, usualLevel } from '../layer/index.ts'
import type { IngestParts } from './ingest-layer.ts'
import { blobPath } from './paths.ts'
import type { Compressing } from './types.ts'

const mediaTypeOf = { gzip: mediaTypes.ociLayerGzip, zstd: mediaTypes.ociLayerZstd } as const

/** Blocks beyond the cores keep them busy while results are written. */
const blocksAtOnce = availableParallelism() + 2

export async function compressLayer(
  parts: IngestParts & { readonly root: string },
  id: DiffId,
  { kind, level, onRead }: Compressing,
  ctx: Context,
): Promise<Descriptor> {
  const { catalog, leases, blobs, root } = parts
  const how = `${kind}:${level ?? usualLevel[kind]}`
  const known = (level === undefined ? findForm(parts, id, kind) : undefined) ?? findForm(parts, id, how)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  using file = blobs.temp()
  const source = async function* () {
    let done = 0
    for await (const chunk of createReadStream(blobPath(root, blobOf(id)), { highWaterMark: 1 << 20 })) {
      ctx.signal.throwIfAborted()
      done += (chunk as Uint8Array).length
      onRead?.(done)
      yield chunk as Uint8Array
    }
  }
  const options = { kind, level: level ?? usualLevel[kind], parallel: blocksAtOnce }
  for await (const chunk of compressBlocks(source(), options)) {
    hash.update(chunk)
    file.write(chunk)
  }
  file.finish('cached')
  const digest = digestOfHex(hash.digest('hex'))
  const mediaType = mediaTypeOf[kind]
  catalog.write(() => {
    leases.cover([digest, id])
    blobs.adopt(file, digest, 'cached')
    catalog.run(
      'insert or ignore into compressed(digest, diff, size, media_type) values(?, ?, ?, ?)',
      digest,
      id,
      file.size,
      mediaType,
    )
    catalog.run('insert or replace into packings(diff, how, digest) values(?, ?, ?)', id, how, digest)
  })
  return { mediaType, digest, size: file.size }
}

/** A form that is here and may be given out; it is held by the lease. `how`: `gzip:5`, or a kind: then one that came so. */
function findForm(parts: IngestParts, id: DiffId, how: string): Descriptor | undefined {
  const { catalog, leases, blobs } = parts
  const made = 'select digest from packings where diff = compressed.diff'
  const rows = how.includes(':')
    ? catalog.rows<FormRow>(
        `select digest, size, media_type from compressed where diff = ? and digest in (${made} and how = ?)`,
        id,
        how,
      )
    : catalog.rows<FormRow>(
        `select digest, size, media_type from compressed where diff = ? and media_type like '%' || ?
         and digest not in (${made}) order by digest`,
        id,
        how,
      )
  const row = rows.find(({ digest }) => blobs.has(digest))
  if (row === undefined) return undefined
  leases.cover([row.digest])
  if (!blobs.has(row.digest)) return undefined
  return { mediaType: row.media_type, digest: row.digest, size: row.size }
}

/** The form that a layer came in, if it is here. */
export function findOriginal(parts: IngestParts, id: DiffId): Descriptor | undefined {
  return findForm(parts, id, '')
}

interface FormRow {
  readonly digest: Digest
  readonly size: number
  readonly media_type: string
}
