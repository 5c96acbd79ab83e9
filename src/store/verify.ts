// Reads everything again and compares it with what is claimed. Other processes may go on meanwhile: what they pruned is no problem.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { type Context, type DiffId, type Digest, digestOfHex } from '../core/index.ts'
import { decodeIndex } from '../layer/index.ts'
import type { Catalog } from './catalog.ts'
import { blobPath, rowsPath } from './paths.ts'
import type { Verified } from './types.ts'

interface Parts {
  readonly root: string
  readonly catalog: Catalog
  /** Brings `index.json` up to date. */
  readonly repair: () => void
}

export async function verify({ root, catalog, repair }: Parts, ctx: Context): Promise<Verified> {
  const problems: string[] = []
  const still = (table: 'blobs' | 'layers', digest: string) =>
    catalog.row(
      table === 'blobs' ? 'select 1 from blobs where digest = ?' : 'select 1 from layers where diff = ?',
      digest,
    ) !== undefined
  const rows = catalog.rows<{ digest: Digest; size: number }>(
    'select digest, size from blobs order by digest',
  )
  let bytes = 0
  for (const { digest, size } of rows) {
    const problem = await checkBlob(blobPath(root, digest), { digest, size }, ctx)
    if (problem !== undefined && still('blobs', digest)) problems.push(problem)
    bytes += size
  }
  for (const row of catalog.rows<LayerRow>(
    'select diff, tar_size, content_size, entries from layers order by diff',
  )) {
    const problem = checkIndex(rowsPath(root, row.diff), row) ?? checkTar(catalog, row.diff)
    if (problem !== undefined && still('layers', row.diff)) problems.push(problem)
    ctx.signal.throwIfAborted()
  }
  problems.push(...checkLinks(catalog))
  repair()
  return { blobs: rows.length, bytes, problems }
}

async function checkBlob(
  file: string,
  claim: { readonly digest: Digest; readonly size: number },
  ctx: Context,
): Promise<string | undefined> {
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal: ctx.signal })) {
      hash.update(chunk as Uint8Array)
      size += (chunk as Uint8Array).length
    }
  } catch (thrown) {
    ctx.signal.throwIfAborted()
    return `the blob ${claim.digest} cannot be read: ${(thrown as Error).message}`
  }
  if (size !== claim.size) return `the blob ${claim.digest} has ${size} bytes instead of ${claim.size}`
  const digest = digestOfHex(hash.digest('hex'))
  return digest === claim.digest ? undefined : `the blob ${claim.digest} holds bytes of digest ${digest}`
}

interface LayerRow {
  readonly diff: DiffId
  readonly tar_size: number
  readonly content_size: number
  readonly entries: number
}

function checkIndex(file: string, row: LayerRow): string | undefined {
  try {
    const index = decodeIndex(readFileSync(file))
    if (
      index.diffId === row.diff &&
      index.tarSize === row.tar_size &&
      index.length === row.entries &&
      index.contentSize === row.content_size
    )
      return undefined
    return `the index of the layer ${row.diff} is that of another layer`
  } catch (thrown) {
    return `the index of the layer ${row.diff} cannot be used: ${(thrown as Error).message}`
  }
}

function checkTar(catalog: Catalog, diff: DiffId): string | undefined {
  return catalog.row('select 1 from blobs where digest = ?', diff) === undefined
    ? `the layer ${diff} has no tar`
    : undefined
}

/** Each image's documents and layers, each name's target. */
function checkLinks(catalog: Catalog): string[] {
  const images = catalog
    .rows<{ manifest: string; digest: string }>(
      `select i.manifest as manifest, e.child as digest from images i join edges e on e.parent = i.manifest
       where not exists (select 1 from blobs b where b.digest = e.child)`,
    )
    .map(({ manifest, digest }) => `the image ${manifest} needs ${digest}, which is not here`)
  const refs = catalog
    .rows<{ name: string; digest: string }>(
      'select name, digest from refs r where not exists (select 1 from blobs b where b.digest = r.digest)',
    )
    .map(({ name, digest }) => `the name ${name} points to ${digest}, which is not here`)
  return [...images, ...refs]
}
