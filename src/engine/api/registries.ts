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

export interface RegistryCalls {
  /** Brings an image from its registry; a name without tag and digest means `latest`. */
  pull(name: string, options: PullOptions, ctx: Context): Promise<PulledImage>
  /** Sees to it that an image is here. Faults with `image.missing` where it is not to be had. */
  obtain(
    name: string,
    options: { readonly platform?: string | undefined; readonly policy?: PullPolicy | undefined },
    ctx: Context,
  ): Promise<void>
  /** The tags of a repository in its registry. */
  tags(repository: string, ctx: Context): Promise<readonly string[]>
}
