// Images in registries.
import type { Context, Digest } from '../../core/index.ts'

export interface PullOptions {
  /** `os/arch[/variant]`; default: this machine's. */
  readonly platform?: string | undefined
  /** Layers that come at once at the most; default 3. */
  readonly parallel?: number | undefined
}

/** Whether an image that is needed comes from its registry: where it is not here, in any case, or not at all. */
export type PullPolicy = 'missing' | 'always' | 'never'

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
  /** Sees to it that an image is here. Faults with `image.missing` where it is not to be had. */
  obtain(
    name: string,
    options: { readonly platform?: string | undefined; readonly policy?: PullPolicy | undefined },
    ctx: Context,
  ): Promise<void>
  /** The tags of a repository in its registry. */
  tags(repository: string, ctx: Context): Promise<readonly string[]>
}
