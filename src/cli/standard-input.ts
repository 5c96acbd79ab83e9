// All of standard input at once, for what is small: a Dockerfile, a password.
import { readSync } from 'node:fs'
import { Fault } from '../core/index.ts'

const limit = 16 << 20

/** The text of a file descriptor to its end; blocks. Faults with `usage.invalid` as soon as it is more than 16 MiB. */
export function readInputText(fd: number): string {
  const chunks: Buffer[] = []
  for (let size = 0; ; ) {
    const chunk = Buffer.alloc(1 << 16)
    const read = readSync(fd, chunk)
    size += read
    if (size > limit)
      throw new Fault('usage.invalid', `standard input has more than ${limit >> 20} MiB`, {
        hint: 'Only a Dockerfile or a password is read from there; a context on standard input is "peel build -".',
      })
    if (read === 0) return Buffer.concat(chunks).toString('utf8')
    chunks.push(chunk.subarray(0, read))
  }
}
