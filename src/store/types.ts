// The store as its users see it: an OCI image layout on disk and one SQLite catalogue beside it, shared by any number of processes.
// Reads are synchronous. What a process puts or holds is protected from other processes' pruning until its lease ends or it dies.
import type { Context, Descriptor, DiffId, Digest, Platform } from '../core/index.ts'
import type { ContainerConfig, ImageConfig, ImageDraft, ImageManifest } from '../image/index.ts'
import type { LayerIndex } from '../layer/index.ts'
import type { Layers } from './layer-types.ts'

export type * from './layer-types.ts'

export interface StoreOptions {
  /** The process ends when the store is closed: the catalogue's log is left for others to fold in, which saves two syncs. */
  readonly exits?: boolean | undefined
}

export interface Store extends Disposable {
  /** Absolute. */
  readonly root: string
  /** This process's own directory below `root/work`; made when first asked for, swept by others when the process is gone. */
  readonly work: string
  readonly blobs: Blobs
  readonly layers: Layers
  readonly images: Images
  readonly refs: Refs
  readonly records: Records
  readonly contextDigests: ContextDigests
  readonly builds: Builds
  readonly scans: Scans
  readonly mounts: CacheMounts
  readonly places: Places
  /** The decoded index of a stored layer, kept for the life of the process; faults with `blob.missing`. Same as `layers.index`. */
  index(id: DiffId): LayerIndex
  /** Where the plain tar is. Same as `layers.tarPath`. */
  tarPath(id: DiffId): string
  /** Protects what this process puts or holds from now on; several may be open. Without one, an implicit lease lasts until the store is closed. */
  lease(): Lease
  /** Removes what nothing reaches. Safe beside running builds. */
  collect(options: CollectOptions, ctx: Context): Promise<Collected>
  usage(): Usage
  /** Hashes every blob again and checks every index and reference; an empty list of problems means all is well. */
  verify(ctx: Context): Promise<Verified>
  close(): void
}

export interface Blobs {
  /** False too for a blob that a machine crash damaged. */
  has(digest: Digest): boolean
  /** Where the blob is; it need not be there. */
  path(digest: Digest): string
  /** Bytes; faults with `blob.missing`. */
  size(digest: Digest): number
  /** All bytes, verified; faults with `blob.missing`, `blob.corrupt`, or `blob.corrupt` too if larger than `limit` (default 64 MiB). */
  read(digest: Digest, limit?: number): Uint8Array
  /** Bytes in chunks, verified: the last chunk comes only if the digest is right, else `blob.corrupt`. */
  stream(digest: Digest): AsyncIterable<Uint8Array>
  /** Begins a blob of unknown digest; invisible until committed, gone unless committed. */
  ingest(): Ingest
  /** Stores small bytes at once. Manifests and indexes (by media type) protect what they name. */
  put(bytes: Uint8Array, mediaType: string): Descriptor
}

export interface Ingest extends Disposable {
  write(chunk: Uint8Array): void
  /** Verifies, syncs and publishes; faults with `blob.corrupt` when the bytes are not the expected ones. */
  commit(expected?: { readonly digest?: Digest | undefined; readonly size?: number | undefined }): {
    readonly digest: Digest
    readonly size: number
  }
}

/** An image of one platform. `digest` is the manifest's; `configDigest` is what docker shows as the image id. */
export interface Image {
  readonly digest: Digest
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  readonly manifestBytes: Uint8Array
  readonly config: ImageConfig
  readonly configBytes: Uint8Array
  readonly configDigest: Digest
  /** Bottom first. */
  readonly layers: readonly DiffId[]
}

/** What lists need of an image, from the catalogue alone. */
export interface ImageSummary {
  readonly digest: Digest
  readonly configDigest: Digest
  readonly created: string | undefined
  readonly platform: Platform
  /** Bytes of file content of all layers. */
  readonly size: number
  readonly layers: readonly DiffId[]
}

export interface Images {
  /** Makes an image of stored layers; an image equal to one that exists is that one. */
  create(draft: Omit<ImageDraft, 'layers'> & { readonly layers: readonly DiffId[] }): Image
  /** Stores an image's own bytes; its layers must be stored (`blob.missing`). Without a manifest one is made for the plain layers. */
  add(documents: {
    readonly config: Uint8Array
    readonly manifest?: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined
    /** The index that named the manifest; it stays as long as the image. */
    readonly index?: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined
  }): Image
  /**
   * By manifest or config digest, or by the digest of an index: then the one for `platform`, or without one that for this machine, else
   * any that is here. `undefined` if it is not here.
   */
  find(digest: Digest, platform?: Platform): Image | undefined
  /** As `find`; faults with `image.missing`. */
  get(digest: Digest, platform?: Platform): Image
  /** Makes an index of stored images, one a platform, and says what a name may point to. */
  createIndex(images: readonly Image[], annotations?: Readonly<Record<string, string>>): Descriptor
  /** What a digest stands for that may be an index: the images of it that are here, in its order. */
  members(digest: Digest): readonly Image[]
  /** The bytes of an index; `undefined` for any other digest. */
  index(digest: Digest): Uint8Array | undefined
  /** All images, newest first. */
  list(): readonly ImageSummary[]
  /** Manifest digests of images whose config (or manifest) digest begins with `prefix` (hex digits, `sha256:` allowed). */
  match(prefix: string): readonly Digest[]
  /** Content bytes of each layer, bottom first, as `historyRows` wants them. */
  layerSizes(layers: readonly DiffId[]): readonly number[]
}

/** Names are familiar references with a tag: `demo:latest`. */
export interface Ref {
  readonly name: string
  readonly descriptor: Descriptor
}

export interface Refs {
  /** Points `name` at a stored manifest or index (`blob.missing`). */
  set(name: string, descriptor: Descriptor): void
  /** Sets many names in one transaction: all or none. */
  setAll(refs: readonly Ref[]): void
  find(name: string): Descriptor | undefined
  /** False if there was no such name. */
  remove(name: string): boolean
  /** By name. */
  list(): readonly Ref[]
}

/** What a step gave, under its key. Bytes and texts are the cache room's own; the store only knows what must live as long as the record. */
export interface CacheRecord {
  readonly key: Digest
  /** Digest of the operation without its inputs. */
  readonly op: Digest
  /** Where this is: a word for the Dockerfile, a space, and the place in it in the builder's own words. */
  readonly slot: string
  readonly result: string
  /** Blobs and layers the result needs. */
  readonly uses: readonly (Digest | DiffId)[]
  /** Milliseconds since the epoch. */
  readonly created: number
}

export interface Records {
  /** Replaces a record of the same key. `recipe`: what tells a later miss what differs, stored as given. */
  put(record: CacheRecord, recipe?: Uint8Array): void
  /** A record whose `uses` are all here; it and they are held by the lease. */
  get(key: Digest): CacheRecord | undefined
  /**
   * The last used record of the same slot and operation; else of the operation in the same Dockerfile; else of the slot; else of the
   * operation.
   */
  nearest(slot: string, op: Digest): CacheRecord | undefined
  /** The recipe of a record; empty where there is none. */
  recipe(key: Digest): Uint8Array
}

export interface ContextDigests {
  load(rootKey: string): Uint8Array | undefined
  save(rootKey: string, bytes: Uint8Array): void
}

/** One build that ran. Times in milliseconds since the epoch; `summary` is the engine's JSON. */
export interface BuildRecord {
  readonly id: string
  /** Counts the builds of this store from 1; 0 is a trial, which was built to look at its image. */
  readonly number: number
  readonly started: number
  readonly ended: number
  /** The config digest of the image made; absent where the build failed. */
  readonly image: Digest | undefined
  readonly summary: string
}

export interface Builds {
  /** Writes down a build and gives it the next number, unless it is a trial. */
  save(build: Omit<BuildRecord, 'number'>, kind?: 'counted' | 'trial'): BuildRecord
  /** A build that counts. */
  find(number: number): BuildRecord | undefined
  /** The latest build that made this image, trials included; with `counted` a trial only where no other did. */
  ofImage(configDigest: Digest, preferred?: 'counted'): BuildRecord | undefined
  /** Newest first; trials only where they are asked for. */
  list(limit: number, trials?: 'with trials'): readonly BuildRecord[]
  /** The file for the log of a build, by its id; it goes with the build's record. The directory is there. */
  logPath(id: string): string
}

/** A content that was scanned: the 32 bytes of its digest, what it was taken for, and what was found, in the scanner's own words. */
export interface Scanned {
  readonly content: Uint8Array
  readonly profile: string
  readonly found: string
}

export interface Scans {
  /** What was found; `undefined` for a content that was not scanned by these rules as this. */
  find(content: Uint8Array, by: { readonly profile: string; readonly rules: string }): string | undefined
  /** Remembers, in one transaction; what other rules found is forgotten. */
  save(rules: string, rows: readonly Scanned[]): void
}

export interface CacheMounts {
  /** The directory of a cache mount, made if it is not there, held by the lease. `id` is any text. */
  open(id: string): { readonly path: string; readonly made: boolean }
  list(): readonly { readonly id: string; readonly path: string }[]
}

/** Repositories are full names: `docker.io/library/alpine`. */
export interface Places {
  /** These blobs were seen in a repository. */
  add(repository: string, digests: readonly Digest[]): void
  /** Repositories that had the blob when it was last seen. */
  of(digest: Digest): readonly string[]
  /** The image (by its manifest here) is called `digest` in a repository. */
  publish(image: Digest, repository: string, digest: Digest): void
  published(image: Digest): readonly { readonly repository: string; readonly digest: Digest }[]
  /** The image that was published as this. */
  findPublished(repository: string, digest: Digest): Digest | undefined
}

export interface Lease extends Disposable {
  /** Protects stored things that are about to be used; returns those that are not here. */
  hold(digests: Iterable<Digest | DiffId>): readonly (Digest | DiffId)[]
}

export interface CollectOptions {
  /** Only what these manifests reach; all cache records stay. Default: everything. */
  readonly within?: readonly Digest[] | undefined
  /**
   * Cache records last used, and builds ended before this (milliseconds since the epoch) go; default: seven days ago. `all` drops every
   * record. The last build, and of each image that stays the build that made it, are kept.
   */
  readonly keepCacheNewerThan?: number | undefined
  readonly all?: boolean | undefined
  /** All cache mounts that no build uses, or those of these ids. */
  readonly cacheMounts?: boolean | readonly string[] | undefined
  readonly dryRun?: boolean | undefined
}

export interface Collected {
  /** Config digests. */
  readonly images: readonly Digest[]
  readonly layers: readonly DiffId[]
  readonly blobs: number
  readonly records: number
  readonly builds: number
  readonly cacheMounts: readonly string[]
  readonly freedBytes: number
}

/** Bytes on disk, except `size`: content bytes as docker counts. */
export interface Usage {
  readonly images: readonly {
    readonly digest: Digest
    readonly configDigest: Digest
    readonly names: readonly string[]
    readonly shared: number
    readonly unique: number
    readonly size: number
  }[]
  /** All layers once, plain and compressed. */
  readonly layers: number
  readonly indexes: number
  /** Of `layers`, what no image has and cache records keep. */
  readonly cacheOnly: number
  readonly cacheMounts: number
  /** What `collect` with `all` would free. */
  readonly reclaimable: number
  readonly total: number
}

export interface Verified {
  readonly blobs: number
  readonly bytes: number
  /** Sentences. */
  readonly problems: readonly string[]
}

export type SaveFormat = 'docker-archive' | 'oci-archive' | 'oci-dir'

export interface SavedImage {
  /** Familiar references. */
  readonly names: readonly string[]
  readonly image: Image
  /** The digest of the index that the names point to, where they point to one. */
  readonly index?: Digest | undefined
}

export interface ImportRequest {
  readonly config: ContainerConfig
  readonly platform: Platform
  /** RFC 3339. */
  readonly created: string
  readonly message?: string | undefined
}
