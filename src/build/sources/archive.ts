// Archives as sources of files: told by their content, not their name, and unpacked by indexing them as a layer, so no file is written
// for an entry.
import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type Context, type DiffId, Fault, rootPath } from '../../core/index.ts'
import {
  type Compression,
  detectCompression,
  type FileEntry,
  isTarHead,
  tarBlock,
} from '../../layer/index.ts'
import type { Store } from '../../store/index.ts'
import { type Selected, selectFiles } from '../select.ts'

/** Programs for what Node cannot decompress. */
const programs: Readonly<Partial<Record<Compression, string>>> = { xz: 'xz', bzip2: 'bzip2' }

/** Enough compressed bytes to hold the first block of a tar in every format. */
export const archiveHead = 128 * 1024

/** Whether a file of this machine is a tar, plain or compressed with gzip, zstd, xz or bzip2. Other contents are false. */
export function isArchive(file: FileEntry): boolean {
  if (file.size < tarBlock / 8 || file.content.in !== 'host') return false
  return isArchiveHead(readHead(file.content.path))
}

/** The same for the first bytes of a stream, `archiveHead` of them if it has so many. */
export function isArchiveHead(head: Uint8Array): boolean {
  const plain = firstBlock(head)
  return plain !== undefined && isTarHead(plain)
}

/** The archive's files as a source of COPY. Faults with `tar.invalid` or `compression.invalid` on a damaged one. */
export async function unpackArchive(file: FileEntry, store: Store, ctx: Context): Promise<Selected> {
  if (file.content.in !== 'host') throw new Fault('internal', `${file.path} is not a file of this machine`)
  const { path } = file.content
  const bytes = fs.createReadStream(path, { highWaterMark: 1 << 20 })
  const source = { head: readHead(path), stream: bytes, name: file.path }
  const diffId = await ingestArchive(source, store, ctx)
  const implied = new Set(store.layers.index(diffId).implied)
  const [selected] = selectFiles(rootPath, store.layers.stack([diffId]), { exclude: [], parents: false })
  // a directory that the archive does not name is whatever stands there already
  return {
    name: '',
    files: (selected?.files ?? []).filter(
      ({ relative, found }) => relative === '' || !implied.has(found.node.path),
    ),
  }
}

/** Stores an archive as a layer. Faults with `tar.invalid` or `compression.invalid` on a damaged one. */
export async function ingestArchive(
  source: {
    readonly head: Uint8Array
    /** All of it, the head too. */
    readonly stream: AsyncIterable<Uint8Array>
    readonly name: string
  },
  store: Store,
  ctx: Context,
): Promise<DiffId> {
  const program = programs[detectCompression(source.head)]
  const bytes = program === undefined ? source.stream : piped(program, source)
  return (await store.layers.ingest(bytes, { keepCompressed: false, name: source.name }, ctx)).diffId
}

function readHead(path: string | Buffer): Buffer {
  const fd = fs.openSync(path, 'r')
  try {
    const head = Buffer.alloc(archiveHead)
    return head.subarray(0, fs.readSync(fd, head, 0, archiveHead, 0))
  } finally {
    fs.closeSync(fd)
  }
}

/** The first decompressed bytes, `undefined` where the bytes are not what their magic says. */
function firstBlock(head: Uint8Array): Uint8Array | undefined {
  const compression = detectCompression(head)
  try {
    switch (compression) {
      case 'plain':
        return head
      case 'gzip':
        return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
      case 'zstd':
        return zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush })
      default:
        return spawnSync(programs[compression] as string, ['-dc'], { input: head }).stdout ?? undefined
    }
  } catch {
    return undefined
  }
}

async function* piped(
  program: string,
  source: { readonly stream: AsyncIterable<Uint8Array>; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (status) =>
      resolve(status === 0 ? undefined : `${program} ended with status ${status}`),
    )
  })
  // a program that ends early closes its input; why it did is what `ended` says
  const fed = pipeline(Readable.from(source.stream), child.stdin).catch(() => {})
  try {
    yield* child.stdout
    const problem = await ended
    if (problem !== undefined)
      throw new Fault('compression.invalid', `cannot decompress ${source.name}: ${problem}`)
    await fed
  } finally {
    child.kill()
  }
}
