// Files in the making. Small writes are gathered into large ones; large ones pass through uncopied.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../core/index.ts'
import { type Aside, openAside } from './write-aside.ts'

export interface TempFile extends Disposable {
  readonly path: string
  readonly size: number
  /** The chunk may be reused when this returns. */
  write(chunk: Uint8Array): void
  /** Flushes and closes; the file stays until disposed or renamed away. */
  finish(durability: 'synced' | 'cached'): void
}

/** A file that other threads can write to; what they do has to be settled before it is finished. */
export interface SharedTemp extends TempFile {
  readonly aside: Aside
}

const bufferSize = 1 << 20
const directSize = 128 << 10
let counter = 0
let spare: Buffer | undefined

/** Opens a new file in `directory`; disposing it removes what was not renamed away. */
export function openTemp(directory: string): SharedTemp {
  counter++
  const file = path.join(directory, `part-${counter}`)
  let fd = openSync(file, 'wx', 0o644)
  let buffer: Buffer | undefined
  let used = 0
  /** Bytes behind which the next ones go. */
  let end = 0
  let aside: Aside | undefined
  const put = (bytes: Uint8Array) => {
    writeAll(fd, bytes, end)
    end += bytes.length
  }
  const flush = () => {
    if (used > 0) put(buffer!.subarray(0, used))
    used = 0
  }
  const close = () => {
    const open = fd
    fd = -1
    spare ??= buffer
    buffer = undefined
    if (open < 0) return
    // a descriptor that another thread writes to must not become that of another file
    if (aside?.busy === true)
      void aside
        .settled()
        .catch(() => {})
        .finally(() => closeSync(open))
    else closeSync(open)
  }
  return {
    path: file,
    get size() {
      return end + used
    },
    write(chunk) {
      if (used + chunk.length > bufferSize) flush()
      if (chunk.length >= directSize) {
        flush()
        put(chunk)
        return
      }
      if (buffer === undefined) {
        buffer = spare ?? Buffer.allocUnsafe(bufferSize)
        spare = undefined
      }
      buffer.set(chunk, used)
      used += chunk.length
    },
    get aside() {
      aside ??= openAside(fd, (length) => {
        flush()
        end += length
        return end - length
      })
      return aside
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

/** Writes all of `bytes` at `position`. Faults with `store.unwritable`. */
export function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at)
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
