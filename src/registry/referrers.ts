// What refers to an image: signatures, lists of contents, cache. By the registry's own list, or, where it keeps none, by an index
// under the fallback tag `sha256-<hex>`, which clients keep (distribution-spec, "Referrers Tag Schema").
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  isFault,
  mediaTypes,
  type Reference,
  sha256,
} from '../core/index.ts'
import { isIndex, parseManifest, printCanonical } from '../image/index.ts'
import type { Client } from './client.ts'
import { shownUrl } from './http/destination.ts'
import { readBody } from './http/exchange.ts'
import { parseLocation } from './http/follow.ts'
import { nextLink } from './lists.ts'
import { manifestLimit, putManifest, readManifest } from './manifests.ts'

interface Subject {
  /** In which repository. */
  readonly reference: Reference
  readonly digest: Digest
  /** Only what is of this type. */
  readonly artifactType?: string | undefined
}

/** Those that refer to `digest`, of one artifact type if given. */
export async function listReferrers(
  client: Client,
  subject: Subject,
  ctx: Context,
): Promise<readonly Descriptor[]> {
  const { reference, digest, artifactType } = subject
  const found =
    (await listed(client, subject, ctx)) ?? (await underFallbackTag(client, reference, digest, ctx))
  return artifactType === undefined ? found : found.filter((one) => one.artifactType === artifactType)
}

/** `undefined` where the registry keeps no list. */
async function listed(
  client: Client,
  subject: Subject,
  ctx: Context,
): Promise<readonly Descriptor[] | undefined> {
  const { domain, path } = subject.reference
  const query =
    subject.artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(subject.artifactType)}`
  let to: string | URL = `referrers/${subject.digest}${query}`
  const all: Descriptor[] = []
  for (;;) {
    const answer = await client.call(
      {
        domain,
        repository: path,
        need: 'resolve',
        method: 'GET',
        to,
        actions: ['pull'],
        by: 'tag',
        headers: { accept: mediaTypes.ociIndex },
        accept: [200, 400, 404, 405],
      },
      ctx,
    )
    const bytes = await readBody(answer, manifestLimit)
    if (answer.status !== 200) return undefined
    const index = parseManifest(bytes)
    if (!isIndex(index))
      throw new Fault('registry.invalid', `${shownUrl(answer.url)} is not a list of what refers to an image`)
    all.push(...index.manifests)
    const next = nextLink(answer.headers.link)
    if (next === undefined) return all
    to = parseLocation(next, answer.url)
  }
}

/** The tag under which clients keep the list of what refers to a manifest. */
export function fallbackTag(digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':')
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`
}

async function underFallbackTag(
  client: Client,
  { domain, path }: Reference,
  digest: Digest,
  ctx: Context,
): Promise<readonly Descriptor[]> {
  try {
    const { document } = await readManifest(client, { domain, path, tag: fallbackTag(digest) }, ctx)
    return isIndex(document) ? document.manifests : []
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'image.missing') return []
    throw thrown
  }
}

/** Adds a manifest that was put to the list under its subject's fallback tag; for registries that keep no list themselves. */
export async function addReferrer(
  client: Client,
  {
    reference,
    subject,
    referrer,
  }: { readonly reference: Reference; readonly subject: Digest; readonly referrer: Descriptor },
  ctx: Context,
): Promise<void> {
  const { domain, path } = reference
  const before = await underFallbackTag(client, reference, subject, ctx)
  if (before.some(({ digest }) => digest === referrer.digest)) return
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [...before, referrer] }
  const manifest = { bytes: printCanonical(index), mediaType: mediaTypes.ociIndex }
  await putManifest(client, { domain, path, tag: fallbackTag(subject) }, manifest, ctx)
}

/** How a manifest stands in a list of referrers. */
export function referrerOf(bytes: Uint8Array, mediaType: string): Descriptor {
  const document = parseManifest(bytes, mediaType)
  const artifactType = document.artifactType ?? (isIndex(document) ? undefined : document.config.mediaType)
  const { annotations } = document
  return {
    mediaType,
    digest: sha256(bytes),
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}
