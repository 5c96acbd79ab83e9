// Downloads that broke off. While one runs its file is in the process's own directory; when the process ends, in order or not, the
// file comes to rest in `partial/` under its digest, where the next download of these bytes takes it up. Pruning removes them.
import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { Digest } from '../core/index.ts'
import { partialName } from './paths.ts'
import type { TempFile } from './temp.ts'
import { asSpaceFault } from './temp.ts'

/** A file of compressed bytes as they arrive; each write is in the file at once. Disposing it keeps it for the next time. */
export interface Partial extends TempFile {
  /** The bytes that an earlier download left. */
  readonly before: number
  read(): AsyncIterable<Uint8Array>
  /** Removes it: its bytes are wrong. */
  drop(): void
}

const ownName = /^partial-\d+-([a-z0-9]+-[0-9a-f]+)$/
let counter = 0

/** Takes up the download of `digest`, or begins it. `work` is this process's directory. */
export function openPartial(root: string, work: string, digest: Digest): Partial {
  counter++
  const file = path.join(work, `partial-${counter}-${path.basename(partialName(digest))}`)
  take(path.join(root, partialName(digest)), file)
  let fd = openSync(file, 'a', 0o644)
  const before = fstatSync(fd).size
  let size = before
  const close = () => {
    if (fd >= 0) closeSync(fd)
    fd = -1
  }
  return {
    path: file,
    before,
    get size() {
      return size
    },
    async *read() {
      if (before === 0) return
      const stream = createReadStream(file, { end: before - 1, highWaterMark: 1 << 20 })
      for await (const chunk of stream) yield chunk as Uint8Array
    },
    write(chunk) {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at)
      } catch (cause) {
        throw asSpaceFault(cause)
      }
      size += chunk.length
    },
    finish: close,
    drop() {
      close()
      rmSync(file, { force: true })
    },
    [Symbol.dispose]() {
      close()
      keep(root, file)
    },
  }
}

function take(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Nothing was left, or another process has just taken it.
  }
}

/** Lays a file of a download to rest; of two for the same digest the longer one stays. */
function keep(root: string, file: string): void {
  const name = ownName.exec(path.basename(file))?.[1]
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (name === undefined || size === 0) return rmSync(file, { force: true })
  const target = path.join(root, 'partial', name)
  if ((statSync(target, { throwIfNoEntry: false })?.size ?? 0) >= size) return rmSync(file, { force: true })
  mkdirSync(path.dirname(target), { recursive: true })
  renameSync(file, target)
}

/** Keeps the downloads of a process that is gone; `directory` is what it left. */
export function rescuePartials(root: string, directory: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory)) if (ownName.test(name)) keep(root, path.join(directory, name))
}

/** All that lie at rest, relative to the root. */
export function listPartials(root: string): readonly string[] {
  const directory = path.join(root, 'partial')
  return existsSync(directory) ? readdirSync(directory).map((name) => `partial/${name}`) : []
}
