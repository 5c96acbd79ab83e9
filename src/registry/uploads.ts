// Putting a blob into a repository (distribution-spec, "Pushing Blobs"): mounted from another repository of the registry if it is
// there, else sent in one PUT, or in chunks where the registry wants that. What broke off goes on where the registry got to.
import { type Context, type Digest, Fault, isFault, type Reference } from '../core/index.ts'
import type { Call, Client } from './client.ts'
import type { Answer, RequestBody } from './http/exchange.ts'
import { parseLocation } from './http/follow.ts'
import { openTries } from './http/retry.ts'

/** Bytes of known digest that can be read from any place, again if need be. */
export interface BlobSource {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** The bytes from `from` up to `to` (exclusive). */
  open(from: number, to: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface UploadOptions {
  /** A repository of the same registry that has the blob, to mount it from; its path. */
  readonly mountFrom?: string | undefined
  /** Bytes of a chunk; without it, chunks only where the registry asks for them. */
  readonly chunk?: number | undefined
  /** Called with the number of bytes that were sent so far; it may go back. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

/** How large chunks are where a registry takes no blob in one piece and names no size. */
const usualChunk = 16 << 20

interface Upload {
  readonly client: Client
  readonly reference: Reference
  readonly source: BlobSource
  readonly options: UploadOptions
  readonly ctx: Context
}

/** Faults: those of `registry.*`. A blob that the registry has already is sent all the same: ask `findBlob` before. */
export async function putBlob(
  client: Client,
  reference: Reference,
  source: BlobSource,
  options: UploadOptions,
  ctx: Context,
): Promise<'mounted' | 'uploaded'> {
  const upload: Upload = { client, reference, source, options, ctx }
  const started = await begin(upload, options.mountFrom)
  if (started.status === 201) return 'mounted'
  await sendAll(upload, started)
  return 'uploaded'
}

function callOf({ reference, options }: Upload, method: string, to: string | URL): Omit<Call, 'accept'> {
  const { domain, path } = reference
  const scopes = options.mountFrom === undefined ? [] : [`repository:${options.mountFrom}:pull`]
  const actions = ['pull,push']
  return {
    domain,
    repository: path,
    need: 'push',
    method,
    to,
    actions,
    scopes,
    repeatable: method === 'POST',
  }
}

async function begin(upload: Upload, mountFrom: string | undefined): Promise<Answer> {
  const { source, client, ctx } = upload
  const mount = new URLSearchParams(mountFrom === undefined ? {} : { mount: source.digest, from: mountFrom })
  const to = `blobs/uploads/${mount.size === 0 ? '' : `?${mount}`}`
  const empty = { size: 0, open: () => [] }
  const answer = await client.call({ ...callOf(upload, 'POST', to), body: empty, accept: [201, 202] }, ctx)
  answer.discard()
  return answer
}

/** One PUT with all of it, or PATCHes and a PUT that closes; after a failure it asks how far it got. */
async function sendAll(upload: Upload, started: Answer): Promise<void> {
  const { source, client, options, ctx } = upload
  const { size } = source
  let place = locationOf(started)
  let chunk = options.chunk ?? minimalChunk(started)
  let at = 0
  const tries = openTries(client.patience, ctx.signal)
  for (;;) {
    const before = at
    try {
      if (chunk === undefined && at === 0) return await close(upload, place, { from: 0, to: size })
      for (const step = chunk ?? size; at < size; ) {
        const to = Math.min(size, at + step)
        const answer = await patch(upload, place, { from: at, to })
        place = locationOf(answer)
        at = Math.max(at, acceptedBytes(answer) ?? to)
      }
      return await close(upload, place, { from: size, to: size })
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown
      const { status } = thrown.details.data ?? {}
      // 413: too large for one piece. 416: the registry has other bytes than we think.
      if (status === 413 && chunk === undefined) chunk = usualChunk
      else if (thrown.kind !== 'remote' && status !== 416) throw thrown
      await tries.failed(thrown, { progress: at > before, atOnce: status === 413 })
      const state = await whereIs(upload, place)
      if (state === undefined) place = locationOf(await begin(upload, undefined))
      else place = state.place
      at = state?.at ?? 0
    }
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

async function patch(upload: Upload, place: URL, span: Span): Promise<Answer> {
  const { client, ctx } = upload
  const answer = await client.call(
    {
      ...callOf(upload, 'PATCH', place),
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `${span.from}-${span.to - 1}`,
      },
      body: bodyOf(upload, span),
      accept: [202],
    },
    ctx,
  )
  answer.discard()
  return answer
}

/** Ends the upload, with what is left of the bytes. */
async function close(upload: Upload, place: URL, span: Span): Promise<void> {
  const { client, source, ctx } = upload
  const url = new URL(place)
  url.searchParams.set('digest', source.digest)
  const answer = await client.call(
    {
      ...callOf(upload, 'PUT', url),
      headers: { 'content-type': 'application/octet-stream' },
      body: bodyOf(upload, span),
      accept: [201, 204],
    },
    ctx,
  )
  answer.discard()
}

/** How much of it the registry has; `undefined` where it knows nothing of the upload any more. */
async function whereIs(
  upload: Upload,
  place: URL,
): Promise<{ readonly place: URL; readonly at: number } | undefined> {
  const { client, source, ctx } = upload
  const call = { ...callOf(upload, 'GET', place), repeatable: true }
  try {
    const answer = await client.call({ ...call, accept: [202, 204] }, ctx)
    answer.discard()
    const at = acceptedBytes(answer) ?? 0
    return at > source.size ? undefined : { place: locationOf(answer, place), at }
  } catch (thrown) {
    if (isFault(thrown) && (thrown.code === 'registry.refused' || thrown.code === 'registry.failed'))
      return undefined
    throw thrown
  }
}

function bodyOf({ source, options }: Upload, { from, to }: Span): RequestBody {
  return {
    size: to - from,
    async *open() {
      let sent = from
      for await (const chunk of source.open(from, to)) {
        yield chunk
        sent += chunk.length
        options.onSent?.(sent)
      }
    },
  }
}

/** Where the upload goes on; the specification lets it be relative. */
function locationOf(answer: Answer, otherwise?: URL): URL {
  const { location } = answer.headers
  if (location !== undefined) return parseLocation(location, answer.url)
  if (otherwise !== undefined) return otherwise
  throw new Fault('registry.invalid', `${answer.url.host} began an upload and does not say where`)
}

/** `Range: 0-99` says that 100 bytes are there; docker's registry writes `0-0` for none. */
function acceptedBytes(answer: Answer): number | undefined {
  const match = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers.range ?? ''))
  if (match === null) return undefined
  const last = Number(match[1])
  return last === 0 ? 0 : last + 1
}

function minimalChunk(answer: Answer): number | undefined {
  const least = Number(answer.headers['oci-chunk-min-length'] ?? 0)
  return least > 0 ? Math.max(least, usualChunk) : undefined
}
