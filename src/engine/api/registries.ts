// Images in registries.
import type { Context, Digest } from '../../core/index.ts'
import type { HistoryRow } from './images.ts'

export interface PullOptions {
  /** `os/arch[/variant]`; default: this machine's. */
  readonly platform?: string | undefined
  /** Layers that come at once at the most; default 3. */
  readonly parallel?: number | undefined
}

/** Whether an image that is needed comes from its registry: where it is not here, in any case, or not at all. */
export type PullPolicy = 'missing' | 'always' | 'never'

export interface NameMeaning {
  /** As people write them, in the order to try. */
  readonly names: readonly string[]
  /** The file that says so, and whether by an alias or by a list of registries to search; absent where a name means itself. */
  readonly by?: { readonly kind: 'alias' | 'search'; readonly file: string } | undefined
}

export interface PulledImage {
  /** As people write it: `alpine:3`. */
  readonly name: string
  /** In full: `docker.io/library/alpine:3`. */
  readonly reference: string
  /** The config digest: what docker shows as the image id. */
  readonly id: Digest
  /** What the name points to in the registry: a manifest or an index. */
  readonly digest: Digest
  /** `same`: it was here already. */
  readonly outcome: 'new' | 'same'
}

export interface PushOptions {
  /** Default: the form that layers came in, gzip for layers that were made here. zstd always means OCI media types. */
  readonly compression?: 'gzip' | 'zstd' | 'none' | undefined
  /** gzip 1 to 9, zstd 1 to 22. */
  readonly level?: number | undefined
  /** Layers under way at once at the most; default 5. */
  readonly parallel?: number | undefined
}

export interface PushedImage {
  readonly names: readonly string[]
  /** In full, with the digest: `docker.io/library/app@sha256:…`. */
  readonly reference: string
  /** What the names point to in the registry now: a manifest or an index. */
  readonly digest: Digest
  /** Bytes of that manifest. */
  readonly size: number
}

export interface CopyOptions {
  /** Only the image for this platform; default: all there are between registries and layouts, this machine's elsewhere. */
  readonly platform?: string | undefined
}

export interface RemoteManifest {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  /** The document's own text. */
  readonly text: string
}

/** What refers to an image. */
export interface Referrer {
  readonly digest: Digest
  readonly artifactType: string | undefined
  readonly mediaType: string
  /** Bytes of its manifest. */
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
}

export interface LoggedIn {
  /** `docker.io`, `localhost:5000`. */
  readonly server: string
  readonly username: string | undefined
  /** Where the credentials are kept: a file, or the name of a credential helper. */
  readonly place: string
  /** Whether anybody who can read that file can read them. */
  readonly plain: boolean
}

export interface RegistryCalls {
  /**
   * Tries credentials at a registry (default: docker.io) and keeps them where docker does. Without `given` those that are kept already
   * are tried; `undefined` where there are none. Faults with `registry.denied`.
   */
  login(
    server: string | undefined,
    given: { readonly username: string; readonly password: string } | undefined,
    ctx: Context,
  ): Promise<LoggedIn | undefined>
  /** Forgets the credentials for a registry; returns its name. */
  logout(server: string | undefined): Promise<string>
  /** Brings an image from its registry; a name without tag and digest means `latest`. */
  pull(name: string, options: PullOptions, ctx: Context): Promise<PulledImage>
  /**
   * Brings images into their registries. Names of one image in one repository are one push with several tags.
   * A name whose index is here with all its images pushes them all.
   */
  push(names: readonly string[], options: PushOptions, ctx: Context): Promise<readonly PushedImage[]>
  /** What a name is looked for as; more than itself where the user's registries.conf speaks of names without a registry. */
  meaning(name: string): Promise<NameMeaning>
  /** Sees to it that an image is here, and returns what it is called. Faults with `image.missing` where it is not to be had. */
  obtain(
    name: string,
    options: { readonly platform?: string | undefined; readonly policy?: PullPolicy | undefined },
    ctx: Context,
  ): Promise<string>
  /**
   * Copies an image, or an index with all its images, without unpacking it: between `registry://NAME` (or a bare name), `oci://DIR[:TAG]`,
   * `oci-archive://FILE`, `docker-archive://FILE` and `store://NAME`. Returns the digest at the target.
   */
  copy(source: string, target: string, options: CopyOptions, ctx: Context): Promise<Digest>
  /** The manifest or index that a name in a registry points to. */
  remoteManifest(name: string, ctx: Context): Promise<RemoteManifest>
  /** `history` of an image where it is; nothing is stored. Sizes are those of the layers as they are sent. */
  remoteHistory(
    name: string,
    options: { readonly platform?: string | undefined },
    ctx: Context,
  ): Promise<readonly HistoryRow[]>
  /** `inspect` of an image where it is; nothing is stored. */
  remoteInspect(
    name: string,
    options: { readonly platform?: string | undefined },
    ctx: Context,
  ): Promise<Readonly<Record<string, unknown>>>
  /** Makes an index of images, and of the images of other indexes, and puts it into the registry under a name. */
  createIndex(name: string, sources: readonly string[], ctx: Context): Promise<Digest>
  /** Deletes a tag, or by a digest a manifest with all its tags, from a registry; false where there was none. */
  deleteRemote(name: string, ctx: Context): Promise<boolean>
  /** What refers to an image in its registry: signatures, attestations, lists of contents. */
  referrers(
    name: string,
    options: { readonly artifactType?: string | undefined },
    ctx: Context,
  ): Promise<readonly Referrer[]>
  /** The tags of a repository in its registry. */
  tags(repository: string, ctx: Context): Promise<readonly string[]>
}
