// Blobs of a repository as streams. A stream that breaks off goes on by Range where it stopped, and ends only when every byte that
// was promised has come, and no more.
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  isFault,
  type Reference,
  verified,
} from '../core/index.ts'
import type { Client } from './client.ts'
import { checkDestination } from './http/destination.ts'
import type { Answer } from './http/exchange.ts'
import { openTries } from './http/retry.ts'
import { parseLength } from './manifests.ts'

/** A connection that brought this many bytes was worth it: the count of tries in vain begins anew. */
const progress = 1 << 20

/** Whether the registry itself has it, and with which size if it says so: a mirror's word does not count. */
export async function findBlob(
  client: Client,
  reference: Reference,
  digest: Digest,
  ctx: Context,
): Promise<{ readonly size: number | undefined } | undefined> {
  const { domain, path } = reference
  const answer = await client.call(
    {
      domain,
      repository: path,
      need: 'pull',
      method: 'HEAD',
      to: `blobs/${digest}`,
      actions: ['pull'],
      home: true,
      accept: [200, 404],
    },
    ctx,
  )
  answer.discard()
  return answer.status === 404 ? undefined : { size: parseLength(answer.headers['content-length']) }
}

/** What is wanted of a blob. */
export interface BlobRequest {
  /** The first byte; default 0. */
  readonly from?: number
  /**
   * Whether the last chunk waits until the digest has been found right; default true. From a later byte on it cannot be, and whoever
   * hashes the bytes anyway need not have it done twice.
   */
  readonly verify?: boolean
}

/** The bytes of a blob. Too few, too many or wrong ones are `blob.corrupt`; `blob.missing` where there is none. */
export async function* readBlob(
  client: Client,
  reference: Reference,
  blob: BlobRequest & { readonly descriptor: Descriptor },
  ctx: Context,
): AsyncGenerator<Uint8Array> {
  const { descriptor, from = 0, verify = true } = blob
  const { digest, size } = descriptor
  const corrupt = (why: string): Fault =>
    new Fault('blob.corrupt', `the blob ${digest} from ${reference.domain} ${why}`, {
      hint: 'The registry, or something between it and this machine, is broken.',
    })
  const sized = async function* () {
    let at = from
    for await (const chunk of unbroken(client, reference, { descriptor, from }, ctx)) {
      at += chunk.length
      if (at > size) throw corrupt(`is longer than the ${size} bytes it should have`)
      yield chunk
    }
    if (at !== size) throw corrupt(`ended after ${at} of ${size} bytes`)
  }
  if (from > 0 || !verify) yield* sized()
  else yield* verified(sized(), digest, (found) => corrupt(`has the digest ${found}`))
}

/** One body after another, until one ends whole. */
async function* unbroken(
  client: Client,
  reference: Reference,
  { descriptor, from }: { readonly descriptor: Descriptor; readonly from: number },
  ctx: Context,
): AsyncGenerator<Uint8Array> {
  let at = from
  const tries = openTries(client.patience, ctx.signal)
  while (at < descriptor.size || descriptor.size === 0) {
    const began = at
    try {
      for await (const chunk of await openBody(client, reference, { descriptor, from: at }, ctx)) {
        at += chunk.length
        yield chunk
      }
      return
    } catch (thrown) {
      if (!isFault(thrown) || thrown.code !== 'registry.dropped') throw thrown
      await tries.failed(thrown, { progress: at - began >= progress })
    }
  }
}

async function openBody(
  client: Client,
  reference: Reference,
  { descriptor, from }: { readonly descriptor: Descriptor; readonly from: number },
  ctx: Context,
): Promise<AsyncIterable<Uint8Array>> {
  const { domain, path } = reference
  const call = {
    domain,
    repository: path,
    need: 'pull' as const,
    method: 'GET',
    to: `blobs/${descriptor.digest}`,
    actions: ['pull'],
    headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
    accept: [200, 206, 404],
  }
  const answer = await client.call(call, ctx)
  if (answer.status !== 404) return bodyFrom(answer, from)
  answer.discard()
  let refusal: Fault | undefined
  for (const address of descriptor.urls ?? []) {
    if (!URL.canParse(address)) continue
    const url = new URL(address)
    try {
      const { origin } = await client.home(domain)
      checkDestination(url, origin, 'foreign')
      return bodyFrom(await client.call({ ...call, to: url, actions: [], accept: [200, 206] }, ctx), from)
    } catch (thrown) {
      ctx.signal.throwIfAborted()
      if (!isFault(thrown)) throw thrown
      refusal = thrown
    }
  }
  if (refusal !== undefined) throw refusal
  throw new Fault('blob.missing', `${domain}/${path} has no blob ${descriptor.digest}`, {
    hint: 'The image there is incomplete: push it again.',
  })
}

/** A server may leave a Range unheeded and send all. */
async function* bodyFrom(answer: Answer, from: number): AsyncGenerator<Uint8Array> {
  if (answer.status === 206) {
    const range = parseContentRange(answer.headers['content-range'])
    if (range?.first !== from)
      throw new Fault('registry.invalid', `${answer.url.host} sent another part of a blob than was asked for`)
    return yield* answer.body
  }
  let skip = from
  for await (const chunk of answer.body) {
    if (skip < chunk.length) yield chunk.subarray(skip)
    skip = Math.max(0, skip - chunk.length)
  }
}

/** `bytes 0-99/200` (RFC 9110, 14.4); `size` is absent where it says `*`. `undefined` for anything else. */
export function parseContentRange(
  header: string | undefined,
): { readonly first: number; readonly last: number; readonly size: number | undefined } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '')
  if (match === null) return undefined
  const [first, last] = [Number(match[1]), Number(match[2])]
  const size = match[3] === '*' ? undefined : Number(match[3])
  const numbers = [first, last, size ?? last + 1]
  if (!numbers.every(Number.isSafeInteger) || last < first || (size !== undefined && last >= size))
    return undefined
  return { first, last, size }
}
