// Blobs: bytes under their digest. A blob is registered in the transaction that renames it into place, together with the lease that
// protects it. Large ones are not synced: they carry the boot they were written in and are hashed before another boot trusts them.
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { type Digest, digestOfHex, Fault, mediaTypes, sha256, verified } from '../core/index.ts'
import { isIndex, parseManifest } from '../image/index.ts'
import { bootId } from './boot.ts'
import type { Catalog } from './catalog.ts'
import type { Leases } from './lease.ts'
import { blobName, blobPath } from './paths.ts'
import { openTemp, type TempFile } from './temp.ts'
import type { Blobs, Ingest } from './types.ts'

export interface BlobRoom extends Blobs {
  /** Puts a finished temporary file in its place; call inside `catalog.write`. Drops it where the blob is there already. */
  adopt(file: TempFile, digest: Digest, durability: 'synced' | 'cached'): void
  temp(): TempFile
}

interface Parts {
  readonly root: string
  readonly catalog: Catalog
  readonly leases: Leases
  readonly work: () => string
}

interface BlobRow {
  readonly size: number
  readonly boot: string | null
}

const readLimit = 64 << 20
const manifestTypes: readonly string[] = [
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
]

export function openBlobs({ root, catalog, leases, work }: Parts): BlobRoom {
  const find = (digest: Digest): BlobRow | undefined => {
    const row = catalog.row<BlobRow>('select size, boot from blobs where digest = ?', digest)
    if (row === undefined || row.boot === null) return row
    if (row.boot === bootId()) return row
    return recheck(digest, row)
  }
  /** The machine has been started anew since the blob was written: its bytes may never have reached the disk. */
  const recheck = (digest: Digest, row: BlobRow): BlobRow | undefined => {
    const intact = hashOfFile(blobPath(root, digest)) === digest
    catalog.write(() => {
      if (intact) catalog.run('update blobs set boot = null where digest = ?', digest)
      else catalog.run('delete from blobs where digest = ?', digest)
    })
    return intact ? row : undefined
  }
  const missing = (digest: Digest): Fault => new Fault('blob.missing', `the store has no blob ${digest}`)
  const adopt = (file: TempFile, digest: Digest, durability: 'synced' | 'cached') => {
    leases.cover([digest])
    const path = blobPath(root, digest)
    if (find(digest) !== undefined && existsSync(path)) {
      rmSync(file.path, { force: true })
      return
    }
    catalog.run('delete from garbage where path = ?', blobName(digest))
    renameSync(file.path, path)
    catalog.run(
      'insert or replace into blobs(digest, size, boot) values(?, ?, ?)',
      digest,
      file.size,
      durability === 'synced' ? null : bootId(),
    )
  }
  const blobs: BlobRoom = {
    adopt,
    temp: () => openTemp(work()),
    has: (digest) => find(digest) !== undefined && existsSync(blobPath(root, digest)),
    path: (digest) => blobPath(root, digest),
    size(digest) {
      const row = find(digest)
      if (row === undefined) throw missing(digest)
      return row.size
    },
    read(digest, limit = readLimit) {
      const size = blobs.size(digest)
      if (size > limit)
        throw new Fault(
          'blob.corrupt',
          `the blob ${digest} has ${size} bytes, more than such a document may have`,
        )
      const bytes = readOrMissing(blobPath(root, digest), () => missing(digest))
      if (sha256(bytes) !== digest) throw corrupt(digest)
      return bytes
    },
    async *stream(digest) {
      blobs.size(digest)
      const chunks = createReadStream(blobPath(root, digest), { highWaterMark: 1 << 20 })
      yield* verified(chunks, digest, () => corrupt(digest))
    },
    ingest: () => openIngest(blobs, catalog),
    put(bytes, mediaType) {
      const digest = sha256(bytes)
      if (blobs.has(digest)) {
        leases.cover([digest])
        if (blobs.has(digest)) return { mediaType, digest, size: bytes.length }
      }
      using file = blobs.temp()
      file.write(bytes)
      file.finish('synced')
      catalog.write(() => {
        adopt(file, digest, 'synced')
        if (manifestTypes.includes(mediaType)) putEdges(catalog, digest, bytes, mediaType)
      })
      return { mediaType, digest, size: bytes.length }
    },
  }
  return blobs
}

function openIngest(blobs: BlobRoom, catalog: Catalog): Ingest {
  const file = blobs.temp()
  const hash = createHash('sha256')
  return {
    write(chunk) {
      hash.update(chunk)
      file.write(chunk)
    },
    commit(expected = {}) {
      const digest = digestOfHex(hash.digest('hex'))
      if (expected.size !== undefined && expected.size !== file.size)
        throw new Fault('blob.corrupt', `${expected.size} bytes were expected, ${file.size} came`)
      if (expected.digest !== undefined && expected.digest !== digest)
        throw new Fault('blob.corrupt', `bytes of digest ${expected.digest} were expected, ${digest} came`)
      const durability = file.size <= 1 << 20 ? 'synced' : 'cached'
      file.finish(durability)
      catalog.write(() => blobs.adopt(file, digest, durability))
      file[Symbol.dispose]()
      return { digest, size: file.size }
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  }
}

/** What a manifest or index names stays as long as it does. */
function putEdges(catalog: Catalog, digest: Digest, bytes: Uint8Array, mediaType: string): void {
  const document = parseManifest(bytes, mediaType)
  const named = isIndex(document) ? document.manifests : [document.config, ...document.layers]
  for (const { digest: child } of named)
    catalog.run('insert or ignore into edges(parent, child) values(?, ?)', digest, child)
}

function readOrMissing(path: string, missing: () => Fault): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw missing()
    throw cause
  }
}

function corrupt(digest: Digest): Fault {
  return new Fault('blob.corrupt', `the bytes of the blob ${digest} have another digest`, {
    hint: 'peel doctor --verify lists all damage; remove the image and load it again.',
  })
}

/** The digest of a file's bytes, read in pieces; `undefined` where there is none. */
export function hashOfFile(path: string): Digest | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(1 << 20)
    for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) hash.update(buffer.subarray(0, n))
    return digestOfHex(hash.digest('hex'))
  } finally {
    closeSync(fd)
  }
}
