// Manifests and indexes of a repository: found by tag or digest, read with a bound, checked against their digest, put and deleted.
import { createHash } from 'node:crypto'
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  mediaTypes,
  parseDigest,
  printFamiliar,
  type Reference,
} from '../core/index.ts'
import { type ImageIndex, type ImageManifest, isIndex, parseManifest } from '../image/index.ts'
import type { Client } from './client.ts'
import { type Answer, readBody } from './http/exchange.ts'

/** A manifest or an index as the registry has it. */
export interface RemoteManifest {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly document: ImageManifest | ImageIndex
}

/** Registries need not take more than 4 MiB (distribution-spec, "Pushing Manifests"); twice that is read. */
export const manifestLimit = 8 << 20

const accepted = [
  mediaTypes.ociIndex,
  mediaTypes.dockerManifestList,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
  '*/*;q=0.1',
].join(', ')

/** What a manifest is called in a path: its digest, else its tag. */
function nameOf({ tag, digest }: Reference): string {
  return digest ?? tag ?? 'latest'
}

function manifestCall(reference: Reference, method: string, accept: readonly number[]) {
  const { domain, path } = reference
  return {
    domain,
    repository: path,
    method,
    to: `manifests/${nameOf(reference)}`,
    actions: ['pull'],
    by: reference.digest === undefined ? 'tag' : 'digest',
    headers: { accept: accepted },
    accept,
  } as const
}

function missing(reference: Reference): Fault {
  return new Fault('image.missing', `${printFamiliar(reference)} is not in the registry`, {
    hint: `peel tags lists what is there: peel tags ${printFamiliar({ ...reference, tag: undefined, digest: undefined })}`,
  })
}

/** What a name points to now, without reading it; `undefined` where there is nothing of that name. Faults as `readManifest` does. */
export async function findManifest(
  client: Client,
  reference: Reference,
  ctx: Context,
): Promise<Descriptor | undefined> {
  const answer = await client.call({ ...manifestCall(reference, 'HEAD', [200, 404]), need: 'resolve' }, ctx)
  answer.discard()
  if (answer.status === 404) return undefined
  const digest = answer.headers['docker-content-digest']
  const size = parseLength(answer.headers['content-length'])
  // Both headers are optional in the specification: what they do not say, the manifest does.
  if (typeof digest !== 'string' || size === undefined)
    return (await readManifest(client, reference, ctx)).descriptor
  const found = parseDigest(digest)
  if (reference.digest !== undefined && found !== reference.digest) throw forged(reference, found)
  return { mediaType: parseMediaType(answer.headers['content-type']), digest: found, size }
}

/** Faults with `image.missing`, `manifest.invalid`, and `blob.corrupt` where it has not the digest that was asked for or announced. */
export async function readManifest(
  client: Client,
  reference: Reference,
  ctx: Context,
): Promise<RemoteManifest> {
  const answer = await client.call({ ...manifestCall(reference, 'GET', [200, 404]), need: 'resolve' }, ctx)
  if (answer.status === 404) {
    answer.discard()
    throw missing(reference)
  }
  const bytes = await readBody(answer, manifestLimit)
  const digest = verified(reference, answer, bytes)
  const stated = parseMediaType(answer.headers['content-type'])
  const document = parseManifest(bytes, stated)
  const mediaType = document.mediaType ?? (stated === '' ? guessed(document) : stated)
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes, document }
}

function guessed(document: ImageManifest | ImageIndex): string {
  return isIndex(document) ? mediaTypes.ociIndex : mediaTypes.ociManifest
}

/** The digest asked for counts; without one, that which the registry states, if it does. */
function verified(reference: Reference, answer: Answer, bytes: Uint8Array): Digest {
  const header = answer.headers['docker-content-digest']
  const stated = typeof header === 'string' && header !== '' ? parseDigest(header) : undefined
  const wanted = reference.digest ?? stated ?? digestLike(undefined, bytes)
  const found = digestLike(wanted, bytes)
  if (found === wanted) return wanted
  throw forged(reference, found, wanted)
}

function forged(reference: Reference, found: Digest, wanted = reference.digest): Fault {
  return new Fault(
    'blob.corrupt',
    `the manifest of ${printFamiliar(reference)} has the digest ${found}, not ${wanted}`,
    { hint: 'The registry, or something between it and this machine, is broken or forges images.' },
  )
}

/** The digest of bytes by the algorithm of another digest; sha256 without one. */
export function digestLike(digest: Digest | undefined, bytes: Uint8Array): Digest {
  const algorithm = digest === undefined ? 'sha256' : digest.slice(0, digest.indexOf(':'))
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`)
}

/** Puts a manifest under its tag or digest. Returns the digest that it has there. */
export async function putManifest(
  client: Client,
  reference: Reference,
  manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ctx: Context,
): Promise<{ readonly digest: Digest; readonly subject: boolean }> {
  const { bytes, mediaType } = manifest
  const answer = await client.call(
    {
      ...manifestCall(reference, 'PUT', [200, 201, 202]),
      need: 'push',
      actions: ['pull,push'],
      headers: { 'content-type': mediaType },
      body: { size: bytes.length, open: () => [bytes] },
    },
    ctx,
  )
  answer.discard()
  return {
    digest: digestLike(reference.digest, bytes),
    // A registry that keeps referrers itself says so (distribution-spec, "Pushing Manifests with Subject").
    subject: answer.headers['oci-subject'] !== undefined,
  }
}

/** Deletes a tag, or a manifest by its digest; false where there was none. Faults with `registry.refused` where it may not be. */
export async function deleteManifest(client: Client, reference: Reference, ctx: Context): Promise<boolean> {
  const answer = await client.call(
    {
      ...manifestCall(reference, 'DELETE', [200, 202, 404]),
      need: 'push',
      actions: ['delete', 'pull,push'],
    },
    ctx,
  )
  answer.discard()
  return answer.status !== 404
}

/** A media type without its parameters; empty where there is none. */
export function parseMediaType(header: string | undefined): string {
  const type = (header ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return /^[^\s/]+\/[^\s/]+$/.test(type) ? type : ''
}

/** A length in decimal digits; `undefined` for anything else. */
export function parseLength(header: string | undefined): number | undefined {
  const length = header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined
  return length !== undefined && Number.isSafeInteger(length) ? length : undefined
}
