// Files in the making. Small writes are gathered into large ones; large ones pass through uncopied.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../core/index.ts'

export interface TempFile extends Disposable {
  readonly path: string
  readonly size: number
  /** The chunk may be reused when this returns. */
  write(chunk: Uint8Array): void
  /** Flushes and closes; the file stays until disposed or renamed away. */
  finish(durability: 'synced' | 'cached'): void
}

const bufferSize = 1 << 20
const directSize = 128 << 10
let counter = 0
let spare: Buffer | undefined

/** Opens a new file in `directory`; disposing it removes what was not renamed away. */
export function openTemp(directory: string): TempFile {
  counter++
  const file = path.join(directory, `part-${counter}`)
  let fd = openSync(file, 'wx', 0o644)
  let buffer: Buffer | undefined
  let used = 0
  let size = 0
  const flush = () => {
    if (used > 0) writeAll(fd, buffer!.subarray(0, used))
    used = 0
  }
  const close = () => {
    if (fd >= 0) closeSync(fd)
    fd = -1
    spare ??= buffer
    buffer = undefined
  }
  return {
    path: file,
    get size() {
      return size
    },
    write(chunk) {
      size += chunk.length
      if (used + chunk.length > bufferSize) flush()
      if (chunk.length >= directSize) {
        flush()
        writeAll(fd, chunk)
        return
      }
      if (buffer === undefined) {
        buffer = spare ?? Buffer.allocUnsafe(bufferSize)
        spare = undefined
      }
      buffer.set(chunk, used)
      used += chunk.length
    },
    finish(durability) {
      flush()
      if (durability === 'synced') fsyncSync(fd)
      close()
    },
    [Symbol.dispose]() {
      close()
      rmSync(file, { force: true })
    },
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at)
  } catch (cause) {
    throw asSpaceFault(cause)
  }
}

/** Why a write into the store failed, as `store.unwritable`. */
export function asSpaceFault(cause: unknown): Fault {
  return new Fault('store.unwritable', `the store cannot be written: ${(cause as Error).message}`, {
    hint: 'Free some space (peel prune), or choose another store with --root.',
    cause,
  })
}
