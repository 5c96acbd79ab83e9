// Files from a URL: the body goes to a file of this process, its digest is what a step depends on.
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, type Digest, digestOfHex, Fault } from '../../core/index.ts'
import type { FetchTools } from '../tools.ts'
import { withoutCredentials } from './git-program.ts'

export interface Download {
  /** As in the Dockerfile, without a password. */
  readonly url: string
  readonly name: string
  readonly path: string
  readonly digest: Digest
  readonly size: number
  /** Last-Modified, nanoseconds. */
  readonly modified: bigint | undefined
}

let count = 0

/** Fetches a URL. Faults: `download.failed`, and `blob.corrupt` when the checksum is another. */
export async function download(
  item: {
    readonly url: string
    readonly fileName: string
    readonly checksum?: string | undefined
    /** What is longer is not fetched to its end. */
    readonly limit?: { readonly bytes: number; readonly exceeded: (url: string) => Fault }
  },
  tools: Pick<FetchTools, 'store' | 'readSecret' | 'get'>,
  ctx: Context,
): Promise<Download> {
  const { fileName: name, checksum } = item
  const url = withoutCredentials(item.url)
  const broken = (cause: unknown): never => {
    ctx.signal.throwIfAborted()
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    const why = inner instanceof Error ? inner.message : String(inner)
    throw new Fault('download.failed', `cannot fetch ${url}: ${why}`, { cause })
  }
  const answer = await tools
    .get(
      plainUrl(item.url),
      { headers: { 'accept-encoding': 'identity', ...headersFor(item.url, tools) } },
      ctx,
    )
    .catch(broken)
  if (answer.status < 200 || answer.status > 299) {
    answer.discard()
    throw new Fault(
      'download.failed',
      `cannot fetch ${url}: the server answered ${answer.status} ${answer.reason}`,
      answer.status === 401 || answer.status === 403
        ? { hint: `give a secret for it: --secret id=HTTP_AUTH_TOKEN_${new URL(item.url).hostname},env=NAME` }
        : {},
    )
  }
  const file = path.join(tools.store.work, `download-${count++}`)
  const hash = createHash('sha256')
  let size = 0
  const fd = fs.openSync(file, 'wx', 0o600)
  try {
    for await (const chunk of unbroken(answer.body, broken)) {
      if (item.limit !== undefined && size + chunk.length > item.limit.bytes) throw item.limit.exceeded(url)
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
  const date = Date.parse(answer.headers['last-modified'] ?? '')
  return {
    url,
    name,
    path: file,
    digest,
    size,
    modified: Number.isNaN(date) ? undefined : BigInt(date) * 1_000_000n,
  }
}

async function* unbroken(
  body: AsyncIterable<Uint8Array>,
  broken: (cause: unknown) => never,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    broken(cause)
  }
}

/** Without what `headersFor` puts into a header. */
function plainUrl(text: string): URL {
  const url = new URL(text)
  url.username = ''
  url.password = ''
  return url
}

/** The secrets that BuildKit knows for downloads, then what the URL itself says. */
function headersFor(text: string, { readSecret }: Pick<FetchTools, 'readSecret'>): Record<string, string> {
  const url = new URL(text)
  const secret = (id: string): string | undefined => {
    const bytes = readSecret(id)
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8').trim()
  }
  const header = secret(`HTTP_AUTH_HEADER_${url.hostname}`)
  if (header !== undefined) return { authorization: header }
  const token = secret(`HTTP_AUTH_TOKEN_${url.hostname}`)
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (url.username === '') return {}
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
}
