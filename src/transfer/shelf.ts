// Where images can be copied from and to blob by blob: repositories and OCI layouts, alike.
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  hexOf,
  mediaTypes,
  type Reference,
  verified,
} from '../core/index.ts'
import { isIndex, parseManifest } from '../image/index.ts'
import { digestLike, type Registry, type RemoteManifest } from '../registry/index.ts'

/** Where blobs come from. */
export interface BlobOrigin {
  /** For messages and for mounting: the repository, where it is one. */
  readonly repository: Reference | undefined
  /** Verified bytes, where all are read. */
  read(descriptor: Descriptor, from: number, ctx: Context): AsyncIterable<Uint8Array>
}

export interface Shelf extends BlobOrigin {
  /** By digest; without one, what the shelf's name points to. */
  manifest(digest: Digest | undefined, ctx: Context): Promise<RemoteManifest>
  has(digest: Digest, ctx: Context): Promise<boolean>
  /** Takes a blob that `from` has. */
  take(
    descriptor: Descriptor,
    from: BlobOrigin,
    onSent: (bytes: number) => void,
    ctx: Context,
  ): Promise<'mounted' | 'sent'>
  /** `named`: the shelf's name points to it from now on. */
  putManifest(manifest: RemoteManifest, named: boolean, ctx: Context): Promise<void>
}

/** A repository; tag or digest of `reference` is the shelf's name. */
export function repositoryShelf(registry: Registry, reference: Reference): Shelf {
  const { domain, path: repository } = reference
  const exact = (digest: Digest): Reference => ({ domain, path: repository, digest })
  return {
    repository: reference,
    manifest: (digest, ctx) => registry.manifest(digest === undefined ? reference : exact(digest), ctx),
    has: (digest, ctx) => registry.hasBlob(reference, digest, ctx),
    read: (descriptor, from, ctx) => registry.blob(reference, descriptor, { from }, ctx),
    async take(descriptor, from, onSent, ctx) {
      const { digest, size } = descriptor
      const neighbour = from.repository?.domain === domain ? from.repository.path : undefined
      const open = (at: number, to: number) => upTo(from.read(descriptor, at, ctx), to - at)
      const done = await registry.putBlob(
        reference,
        { digest, size, open },
        { mountFrom: neighbour, onSent },
        ctx,
      )
      return done === 'mounted' ? 'mounted' : 'sent'
    },
    async putManifest({ bytes, descriptor }, named, ctx) {
      const to = named && reference.digest === undefined ? reference : exact(descriptor.digest)
      await registry.putManifest(to, { bytes, mediaType: descriptor.mediaType }, ctx)
    },
  }
}

async function* upTo(stream: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const chunk of stream) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

const refName = 'org.opencontainers.image.ref.name'

/** An OCI image layout in a directory, made when something is put; `name` is the tag within it. */
export function layoutShelf(directory: string, name: string | undefined): Shelf {
  const blobPath = (digest: Digest) =>
    path.join(directory, 'blobs', digest.slice(0, digest.indexOf(':')), hexOf(digest))
  const entries = (): readonly Descriptor[] => {
    const file = path.join(directory, 'index.json')
    if (!existsSync(file)) return []
    const index = parseManifest(readFileSync(file))
    return isIndex(index) ? index.manifests : []
  }
  const named = (): Descriptor => {
    const all = entries()
    const found =
      name === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((one) => isNamed(one, name))
    if (found !== undefined) return found
    const names = all.map((one) => one.annotations?.[refName] ?? one.digest).join(', ')
    throw new Fault('image.missing', `${directory} has no image ${name ?? ''}`.trim(), {
      hint:
        names === '' ? 'It is no OCI layout, or an empty one.' : `It has ${names}; name one behind a colon.`,
    })
  }
  return {
    repository: undefined,
    async manifest(digest) {
      const wanted = digest ?? named().digest
      const file = blobPath(wanted)
      if (!existsSync(file)) throw new Fault('blob.missing', `${directory} lacks the manifest ${wanted}`)
      const bytes = readFileSync(file)
      if (digestLike(wanted, bytes) !== wanted)
        throw new Fault('blob.corrupt', `the manifest ${wanted} in ${directory} is damaged`)
      const document = parseManifest(bytes)
      const mediaType =
        document.mediaType ?? (isIndex(document) ? mediaTypes.ociIndex : mediaTypes.ociManifest)
      return { descriptor: { mediaType, digest: wanted, size: bytes.length }, bytes, document }
    },
    has: async (digest) => existsSync(blobPath(digest)),
    async *read({ digest, size }, from) {
      const there = statSync(blobPath(digest), { throwIfNoEntry: false })?.size
      if (there !== size)
        throw new Fault('blob.missing', `${directory} lacks the blob ${digest}, or has not all of it`)
      const chunks = createReadStream(blobPath(digest), { start: from, highWaterMark: 1 << 20 })
      const damaged = () => new Fault('blob.corrupt', `the blob ${digest} in ${directory} is damaged`)
      yield* from === 0 ? verified(chunks, digest, damaged) : chunks
    },
    async take(descriptor, from, onSent, ctx) {
      const target = blobPath(descriptor.digest)
      const partial = `${target}.${process.pid}.part`
      mkdirSync(path.dirname(target), { recursive: true })
      const fd = openSync(partial, 'w')
      try {
        let done = 0
        for await (const chunk of from.read(descriptor, 0, ctx)) {
          for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at)
          done += chunk.length
          onSent(done)
        }
        renameSync(partial, target)
        return 'sent'
      } finally {
        closeSync(fd)
        rmSync(partial, { force: true })
      }
    },
    async putManifest({ bytes, descriptor }, isRoot) {
      mkdirSync(path.dirname(blobPath(descriptor.digest)), { recursive: true })
      writeFileSync(blobPath(descriptor.digest), bytes)
      if (!isRoot) return
      const own = name === undefined ? descriptor : { ...descriptor, annotations: { [refName]: name } }
      const others = entries().filter((one) =>
        name === undefined ? one.digest !== descriptor.digest : !isNamed(one, name),
      )
      writeFileSync(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
      const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [...others, own] }
      writeFileSync(path.join(directory, 'index.json'), JSON.stringify(index))
    },
  }
}

/** A whole reference, or only the tag of one. */
function isNamed({ annotations }: Descriptor, name: string): boolean {
  const found = annotations?.[refName]
  return found === name || (found !== undefined && /[:/]/.test(found) && found.endsWith(`:${name}`))
}
