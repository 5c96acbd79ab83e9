// Images as files: archives in and out, flat file systems in and out.
import type { Readable, Writable } from 'node:stream'
import type { Context, Digest } from '../../core/index.ts'

export type SaveFormat = 'docker-archive' | 'oci-archive' | 'oci-dir'

export interface LoadedImage {
  readonly id: Digest
  readonly tags: readonly string[]
}

export interface ImportOptions {
  readonly source: string | Readable
  readonly tag?: string | undefined
  /** Dockerfile instructions as in `docker import -c`: CMD ENTRYPOINT ENV EXPOSE LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR. */
  readonly changes?: readonly string[]
  readonly message?: string | undefined
  readonly platform?: string | undefined
}

export interface ArchiveCalls {
  /** `output`: a path (a directory for `oci-dir`) or a stream. */
  save(
    names: readonly string[],
    options: { readonly format: SaveFormat; readonly output: string | Writable },
    ctx: Context,
  ): Promise<void>
  load(source: string | Readable, ctx: Context): Promise<readonly LoadedImage[]>
  /** Makes a one-layer image of a root file system's tar. */
  import(options: ImportOptions, ctx: Context): Promise<LoadedImage>
  /** Writes the image's file system as one flat tar; of an index each image's in a directory called as its platform. */
  export(name: string, output: string | Writable, ctx: Context): Promise<void>
  /** The same as files of the calling user in a directory, over what is there; device nodes and pipes are left out. */
  exportDirectory(name: string, directory: string, ctx: Context): Promise<void>
}
