// ADD from a URL: the body goes to a file of this process, its digest is what the step depends on.
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Digest, digestOfHex, Fault } from '../core/index.ts'

export interface Download {
  readonly url: string
  readonly name: string
  readonly path: string
  readonly digest: Digest
  readonly size: number
  /** Last-Modified, nanoseconds. */
  readonly modified: bigint | undefined
}

let count = 0

/** Fetches a URL into the directory `work`. Faults: `download.failed`, and `blob.corrupt` when the checksum is another. */
export async function download(
  item: { readonly url: string; readonly fileName: string; readonly checksum?: string | undefined },
  work: string,
  signal: AbortSignal,
): Promise<Download> {
  const { url, fileName: name, checksum } = item
  const response = await fetch(url, { signal, redirect: 'follow' }).catch((cause: unknown) => {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    throw new Fault(
      'download.failed',
      `cannot fetch ${url}: ${inner instanceof Error ? inner.message : String(inner)}`,
      { cause },
    )
  })
  if (!response.ok || response.body === null)
    throw new Fault(
      'download.failed',
      `cannot fetch ${url}: the server answered ${response.status} ${response.statusText}`,
    )
  const file = path.join(work, `download-${count++}`)
  const hash = createHash('sha256')
  let size = 0
  const fd = fs.openSync(file, 'wx', 0o600)
  try {
    for await (const chunk of response.body) {
      hash.update(chunk)
      fs.writeSync(fd, chunk)
      size += chunk.length
    }
  } finally {
    fs.closeSync(fd)
  }
  const digest = digestOfHex(hash.digest('hex'))
  if (checksum !== undefined && checksum !== digest)
    throw new Fault('blob.corrupt', `${url} has the digest ${digest}, not ${checksum} as --checksum says`, {
      hint: 'the file was changed on the server, or the checksum is wrong',
    })
  const date = Date.parse(response.headers.get('last-modified') ?? '')
  return {
    url,
    name,
    path: file,
    digest,
    size,
    modified: Number.isNaN(date) ? undefined : BigInt(date) * 1_000_000n,
  }
}
