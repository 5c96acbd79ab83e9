// The client of OCI registries as programs use it. One `Registry` speaks to any number of registries, with the credentials and the
// configuration of docker on this machine unless told otherwise; it keeps connections and tokens and nothing else.
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  hostPlatform,
  type Platform,
  parseFetchReference,
  parseReference,
  printFamiliar,
  type Reference,
  silent,
} from '../core/index.ts'
import {
  foreignType,
  type ImageConfig,
  type ImageManifest,
  isIndex,
  parseConfig,
  parseManifest,
  selectPlatform,
} from '../image/index.ts'
import { denied } from './auth/authorizer.ts'
import type { Credentials } from './auth/credentials.ts'
import { type CredentialSource, openKeychain } from './auth/keychain.ts'
import { type BlobRequest, findBlob, readBlob } from './blobs.ts'
import { type Client, openClient } from './client.ts'
import { type EndpointSource, openConfiguration } from './hosts/configuration.ts'
import { openAgents } from './http/agents.ts'
import type { Answer } from './http/exchange.ts'
import { type Patience, patience } from './http/retry.ts'
import { listRepositories, listTags } from './lists.ts'
import { deleteManifest, findManifest, putManifest, type RemoteManifest, readManifest } from './manifests.ts'
import { addReferrer, listReferrers, referrerOf } from './referrers.ts'
import { type BlobSource, putBlob, type UploadOptions } from './uploads.ts'

export interface RegistryOptions {
  /** Where credentials come from; default: docker's configuration, its helpers, podman's file. */
  readonly credentials?: CredentialSource
  /** Where registries are; default: hosts.toml, daemon.json and certs.d of this machine. */
  readonly endpoints?: EndpointSource
  /** How often and how patiently to try again. */
  readonly patience?: Partial<Patience>
  /** Milliseconds without a byte after which a connection counts as dead; default 60,000. */
  readonly idle?: number
  /** Proxies and the places of configuration; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly userAgent?: string
}

/** An image of one platform in a registry. Its layers are read by `Registry.blob`. */
export interface RemoteImage {
  /** By digest. */
  readonly reference: Reference
  /** Of the image's manifest. */
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  readonly manifestBytes: Uint8Array
  readonly config: ImageConfig
  readonly configBytes: Uint8Array
  /** The index that the name points to, where it points to one. */
  readonly index: RemoteManifest | undefined
}

const configLimit = 16 << 20

/**
 * A client of OCI registries. References are texts as docker reads them (`alpine`, `ghcr.io/a/b:1`, `r.io/a@sha256:…`) or parsed ones;
 * where neither tag nor digest is named, `latest` is meant. The last argument of every call says how to stop it. Faults have codes
 * that begin with `registry.`, or are `image.missing`, `blob.missing`, `blob.corrupt`, `manifest.invalid`, `credentials.invalid`.
 */
export class Registry implements Disposable {
  readonly #client: Client

  constructor(options: RegistryOptions = {}) {
    const env = options.env ?? process.env
    this.#client = openClient({
      agents: openAgents(env),
      endpoints: options.endpoints ?? openConfiguration(env),
      credentials: options.credentials ?? openKeychain(env),
      patience: { ...patience, ...options.patience },
      idle: options.idle ?? 60_000,
      userAgent: options.userAgent ?? 'peel',
    })
  }

  /**
   * The answer, whatever its status, at any URL of the web, over the connections and proxies of this client. No credentials of registries
   * go there, and no header `authorization` goes on to another origin. Faults: `registry.unreachable`, `registry.dropped`,
   * `registry.redirect`.
   */
  async get(
    url: URL,
    { headers = {} }: { readonly headers?: Readonly<Record<string, string>> } = {},
    ctx: Context = silent,
  ): Promise<Answer> {
    return this.#client.get(url, headers, ctx)
  }

  /** What a name points to now: an image or an index; `undefined` where there is none. Costs a HEAD request. */
  async find(reference: string | Reference, ctx: Context = silent): Promise<Descriptor | undefined> {
    return findManifest(this.#client, toFetch(reference), ctx)
  }

  /** A manifest or index, verified. */
  async manifest(reference: string | Reference, ctx: Context = silent): Promise<RemoteManifest> {
    return readManifest(this.#client, toFetch(reference), ctx)
  }

  /** The image for a platform (default: this machine's): manifest and config. Faults with `image.platform` where there is none. */
  async image(
    reference: string | Reference,
    options: { readonly platform?: Platform | undefined } = {},
    ctx: Context = silent,
  ): Promise<RemoteImage> {
    const named = toFetch(reference)
    const found = await readManifest(this.#client, named, ctx)
    const index = isIndex(found.document) ? found : undefined
    const { domain, path } = named
    let own = found
    for (let depth = 0; isIndex(own.document); depth++) {
      if (depth > 3) throw new Fault('manifest.invalid', `the index of ${path} holds indexes without an end`)
      const { digest } = selectPlatform(own.document, options.platform ?? hostPlatform())
      own = await readManifest(this.#client, { domain, path, digest }, ctx)
    }
    const { descriptor, bytes } = own
    const manifest = parseManifest(bytes, descriptor.mediaType) as ImageManifest
    const exact = { domain, path, digest: descriptor.digest }
    const foreign = foreignType(manifest)
    if (foreign !== undefined)
      throw new Fault(
        'manifest.invalid',
        `${printFamiliar(exact)} is no image: it holds something of the media type ${foreign}`,
      )
    const configBytes = await this.small(exact, manifest.config, ctx)
    const config = parseConfig(configBytes)
    return { reference: exact, descriptor, manifest, manifestBytes: bytes, config, configBytes, index }
  }

  /** A small blob as a whole, verified; faults with `registry.invalid` for more than 16 MiB. */
  async small(
    reference: string | Reference,
    descriptor: Descriptor,
    ctx: Context = silent,
  ): Promise<Uint8Array> {
    if (descriptor.size > configLimit)
      throw new Fault(
        'registry.invalid',
        `the blob ${descriptor.digest} has ${descriptor.size} bytes, too many for a config`,
      )
    const chunks: Uint8Array[] = []
    for await (const chunk of this.blob(reference, descriptor, {}, ctx)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  /** The bytes of a blob, verified unless asked otherwise; dropped connections are taken up again where they broke off. */
  blob(
    reference: string | Reference,
    descriptor: Descriptor,
    options: BlobRequest = {},
    ctx: Context = silent,
  ): AsyncIterable<Uint8Array> {
    return readBlob(this.#client, toReference(reference), { descriptor, ...options }, ctx)
  }

  /** Whether a repository has a blob. */
  async hasBlob(reference: string | Reference, digest: Digest, ctx: Context = silent): Promise<boolean> {
    return (await findBlob(this.#client, toReference(reference), digest, ctx)) !== undefined
  }

  /** Puts a blob into a repository, by mounting it where `mountFrom` has it; call it for what `hasBlob` denies. */
  async putBlob(
    reference: string | Reference,
    source: BlobSource,
    options: UploadOptions = {},
    ctx: Context = silent,
  ): Promise<'mounted' | 'uploaded'> {
    return putBlob(this.#client, toReference(reference), source, options, ctx)
  }

  /**
   * Puts a manifest or index under a tag or its digest; what it names must be there. One with a `subject` is also entered in the
   * list under the fallback tag, where the registry keeps no such list itself.
   */
  async putManifest(
    reference: string | Reference,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
    ctx: Context = silent,
  ): Promise<Digest> {
    const to = toFetch(reference)
    const { digest, subject: kept } = await putManifest(this.#client, to, manifest, ctx)
    const { subject } = parseManifest(manifest.bytes, manifest.mediaType)
    if (subject !== undefined && !kept) {
      const referrer = referrerOf(manifest.bytes, manifest.mediaType)
      await addReferrer(this.#client, { reference: to, subject: subject.digest, referrer }, ctx)
    }
    return digest
  }

  /** Deletes a tag, or a manifest by its digest; false where there was none. */
  async delete(reference: string | Reference, ctx: Context = silent): Promise<boolean> {
    return deleteManifest(this.#client, toFetch(reference), ctx)
  }

  /** All tags of a repository. */
  tags(repository: string | Reference, ctx: Context = silent): AsyncIterable<string> {
    return listTags(this.#client, toReference(repository), ctx)
  }

  /** All repositories of a registry (`localhost:5000`), where it lists them. */
  repositories(domain: string, ctx: Context = silent): AsyncIterable<string> {
    return listRepositories(this.#client, domain, ctx)
  }

  /** What refers to a manifest: signatures, attestations, lists of contents. */
  async referrers(
    reference: string | Reference,
    options: { readonly artifactType?: string | undefined } = {},
    ctx: Context = silent,
  ): Promise<readonly Descriptor[]> {
    const named = toFetch(reference)
    const digest = named.digest ?? (await readManifest(this.#client, named, ctx)).descriptor.digest
    return listReferrers(this.#client, { reference: named, digest, ...options }, ctx)
  }

  /**
   * Checks that a registry answers and takes the credentials of this client's source. Returns what to keep for later: the refresh
   * token that the registry gave instead of a password, if it did. Faults with `registry.denied`.
   */
  async login(domain: string, ctx: Context = silent): Promise<Credentials | undefined> {
    const call = { domain, need: 'resolve', method: 'GET', to: '', home: true, accept: [200] } as const
    const answer = await this.#client.call(call, ctx)
    answer.discard()
    const { authorizer, origin } = await this.#client.home(domain)
    if (authorizer.asked !== 'bearer') return undefined
    const token = await authorizer.offlineToken(ctx)
    if (token === undefined) throw denied(origin, 'its token server gave no token', true)
    return token.identity === undefined ? undefined : { kind: 'identity', token: token.identity }
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]()
  }
}

function toReference(reference: string | Reference): Reference {
  return typeof reference === 'string' ? parseReference(reference) : reference
}

function toFetch(reference: string | Reference): Reference {
  if (typeof reference === 'string') return parseFetchReference(reference)
  return reference.digest === undefined && reference.tag === undefined
    ? { ...reference, tag: 'latest' }
    : reference
}
