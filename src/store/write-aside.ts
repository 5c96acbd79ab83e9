// Large chunks written to a file by other threads (libuv's), while this one makes the next: putting bytes into the page cache takes
// about as long as hashing them.
import { write } from 'node:fs'
import { asSpaceFault, writeAll } from './temp.ts'

export interface Aside {
  /**
   * Takes a chunk over, and gives a buffer of `size` bytes to go on in. Where enough are on their way already, or it is small, the chunk is
   * written at once and stays the caller's: nothing is given then. Faults with `store.unwritable`, also for a chunk before.
   */
  write(chunk: Buffer, size: number): Buffer | undefined
  /** Whether chunks are on their way. The event loop has to turn for them to arrive. */
  readonly busy: boolean
  /** Until all have arrived. Faults with `store.unwritable`. */
  settled(): Promise<void>
}

/** So many chunks are on their way at a time. */
const most = 3
/** Fewer bytes than these are written sooner than handed over. */
const least = 256 << 10

/** `reserve` gives the place in the file for that many bytes more. */
export function openAside(fd: number, reserve: (length: number) => number): Aside {
  const free: Buffer[] = []
  let flying = 0
  let failure: unknown
  let arrival: PromiseWithResolvers<void> | undefined

  const land = (buffer: Buffer): void => {
    flying--
    free.push(buffer)
    if (flying === 0) arrival?.resolve()
  }
  const send = (chunk: Buffer, position: number): void => {
    write(fd, chunk, 0, chunk.length, position, (error, written) => {
      failure ??= error ?? undefined
      if (error === null && written < chunk.length) send(chunk.subarray(written), position + written)
      else land(whole(chunk))
    })
  }
  const check = (): void => {
    if (failure !== undefined) throw asSpaceFault(failure)
  }
  return {
    write(chunk, size) {
      check()
      const position = reserve(chunk.length)
      if (flying === most || chunk.length < least) {
        writeAll(fd, chunk, position)
        return undefined
      }
      flying++
      send(chunk, position)
      const next = free.pop()
      return next?.length === size ? next : Buffer.allocUnsafeSlow(size)
    },
    get busy() {
      return flying > 0
    },
    async settled() {
      if (flying > 0) {
        arrival ??= Promise.withResolvers()
        await arrival.promise
        arrival = undefined
      }
      check()
    },
  }
}

/** The buffer that a chunk is in: such buffers have their memory to themselves. */
function whole(chunk: Buffer): Buffer {
  return Buffer.from(chunk.buffer)
}
