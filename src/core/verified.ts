// Bytes that come in chunks and are to have a digest.
import { createHash } from 'node:crypto'
import { type Digest, hexOf } from './digest.ts'

/**
 * The chunks as they come; the last one waits until the digest has been found right, so that nobody takes the whole for good before it
 * is. Throws what `wrong` makes of the digest that was found instead. A chunk must stay as it is until the next one has come.
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  digest: Digest,
  wrong: (found: string) => Error,
): AsyncGenerator<Uint8Array> {
  const algorithm = digest.slice(0, digest.indexOf(':'))
  const hash = createHash(algorithm)
  let held: Uint8Array | undefined
  for await (const chunk of chunks) {
    if (held !== undefined) yield held
    held = chunk
    hash.update(chunk)
  }
  const found = hash.digest('hex')
  if (found !== hexOf(digest)) throw wrong(`${algorithm}:${found}`)
  if (held !== undefined) yield held
}
