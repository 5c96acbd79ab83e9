// Byte streams as async iterables.
import { createReadStream } from 'node:fs'
import { Fault } from '../core/index.ts'

/** The first bytes (fewer only if the stream is shorter) and the stream as if nothing had been read. */
export async function withHead(
  stream: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly whole: AsyncIterable<Uint8Array> }> {
  const iterator = stream[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < length) {
    const next = await iterator.next()
    if (next.done === true) break
    // A producer may use its buffer again.
    chunks.push(Buffer.from(next.value))
    size += next.value.length
  }
  const whole = async function* () {
    try {
      yield* chunks
      for (;;) {
        const next = await iterator.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, length), whole: whole() }
}

/** A file's bytes; faults with `archive.invalid` where it cannot be read. */
export async function* readFileStream(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) yield chunk as Uint8Array
  } catch (cause) {
    throw new Fault('archive.invalid', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
