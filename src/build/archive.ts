// ADD's archives: told by their content, not their name, and unpacked by indexing them as a layer, so no file is written for an entry.
import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type Context, Fault, rootPath } from '../core/index.ts'
import { type Compression, detectCompression, type FileEntry, isTarHead, tarBlock } from '../layer/index.ts'
import type { Store } from '../store/index.ts'
import { type Selected, selectFiles } from './select.ts'

/** Programs for what Node cannot decompress. */
const programs: Readonly<Partial<Record<Compression, string>>> = { xz: 'xz', bzip2: 'bzip2' }

/** Enough compressed bytes to hold the first block of a tar in every format. */
const headBytes = 128 * 1024

/** Whether a file of this machine is a tar, plain or compressed with gzip, zstd, xz or bzip2. Other contents are false. */
export function isArchive(file: FileEntry): boolean {
  if (file.size < tarBlock / 8 || file.content.in !== 'host') return false
  const head = readHead(file.content.path)
  const plain = firstBlock(head)
  return plain !== undefined && isTarHead(plain)
}

/** The archive's files as a source of COPY. Faults with `tar.invalid` or `compression.invalid` on a damaged one. */
export async function unpackArchive(file: FileEntry, store: Store, ctx: Context): Promise<Selected> {
  if (file.content.in !== 'host') throw new Fault('internal', `${file.path} is not a file of this machine`)
  const { path } = file.content
  const program = programs[detectCompression(readHead(path))]
  const bytes =
    program === undefined ? fs.createReadStream(path, { highWaterMark: 1 << 20 }) : piped(program, path)
  const { diffId } = await store.layers.ingest(bytes, { keepCompressed: false, name: file.path }, ctx)
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

function readHead(path: string | Buffer): Buffer {
  const fd = fs.openSync(path, 'r')
  try {
    const head = Buffer.alloc(headBytes)
    return head.subarray(0, fs.readSync(fd, head, 0, headBytes, 0))
  } finally {
    fs.closeSync(fd)
  }
}

/** The first decompressed bytes, `undefined` where the bytes are not what their magic says. */
function firstBlock(head: Buffer): Uint8Array | undefined {
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

async function* piped(program: string, path: string | Buffer): AsyncGenerator<Uint8Array> {
  const input = fs.openSync(path, 'r')
  const child = spawn(program, ['-dc'], { stdio: [input, 'pipe', 'ignore'] })
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (status) =>
      resolve(status === 0 ? undefined : `${program} ended with status ${status}`),
    )
  })
  try {
    if (child.stdout !== null) yield* child.stdout
    const problem = await ended
    if (problem !== undefined) throw new Fault('compression.invalid', `cannot decompress ${path}: ${problem}`)
  } finally {
    child.kill()
    fs.closeSync(input)
  }
}
