// Where an archive goes: a file that appears when it is whole, or a stream.
import { closeSync, openSync, readSync, renameSync, rmSync, type Stats, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { type Context, Fault } from '../../core/index.ts'

export interface Sink {
  /** Takes the chunk over into its own memory or writes it at once: it may be used again. Wait for `ready` now and then. */
  write(chunk: Uint8Array): void
  /** Until the reader of a stream has caught up. */
  ready(): Promise<void>
}

/** Runs `work` with a sink; a file is renamed into place at the end or removed. A stream is not ended. */
export async function withSink<Result>(
  output: string | Writable,
  work: (sink: Sink) => Promise<Result>,
): Promise<Result> {
  if (typeof output !== 'string') return await work(streamSink(output))
  const partial = path.join(path.dirname(output), `.${path.basename(output)}.${process.pid}.part`)
  const fd = openOutput(partial, output)
  let open = true
  try {
    const result = await work({
      write(chunk) {
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at, chunk.length - at)
      },
      ready: async () => {},
    })
    closeSync(fd)
    open = false
    renameSync(partial, output)
    return result
  } finally {
    if (open) closeSync(fd)
    rmSync(partial, { force: true })
  }
}

/** The partial file; nothing but a file may be where it goes at the end, for a device would be replaced by it. */
function openOutput(partial: string, output: string): number {
  const existing = statSync(output, { throwIfNoEntry: false })
  if (existing !== undefined && !existing.isFile())
    throw new Fault('store.unwritable', `${output} cannot be written: it is ${kindOf(existing)}`, {
      hint: 'name a file, or write to standard output and redirect that',
    })
  try {
    return openSync(partial, 'w', 0o644)
  } catch (cause) {
    throw new Fault('store.unwritable', `${output} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

function kindOf(info: Stats): string {
  if (info.isDirectory()) return 'a directory'
  return info.isCharacterDevice() ? 'a character device' : 'no plain file'
}

function streamSink(stream: Writable): Sink {
  let failure: Error | undefined
  stream.on('error', (error: Error) => {
    failure = error
  })
  const check = () => {
    if (failure !== undefined)
      throw new Fault('store.unwritable', `the output cannot be written: ${failure.message}`, {
        cause: failure,
      })
  }
  return {
    write(chunk) {
      check()
      stream.write(Buffer.from(chunk))
    },
    async ready() {
      check()
      if (stream.writableNeedDrain)
        await new Promise<void>((resolve) => {
          const done = () => {
            for (const event of ['drain', 'close', 'error']) stream.off(event, done)
            resolve()
          }
          for (const event of ['drain', 'close', 'error']) stream.on(event, done)
        })
      check()
    },
  }
}

const buffer = Buffer.allocUnsafeSlow(1 << 20)

/** Copies a file into a sink. */
export async function copyFileInto(sink: Sink, file: string, ctx: Context): Promise<void> {
  const fd = openSync(file, 'r')
  try {
    for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) {
      sink.write(buffer.subarray(0, n))
      await sink.ready()
      ctx.signal.throwIfAborted()
    }
  } finally {
    closeSync(fd)
  }
}
