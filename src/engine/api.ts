// The whole product as one typed API. The command line, the terminal browser and the web page are faces over it, and so is any
// program that imports `peel`. Shapes are plain data: what `--json` prints is what these types say.
import type { Readable, Writable } from 'node:stream'
import type { Context, DiffId, Digest, Place } from '../core/index.ts'

/** What to build from: a directory, or nothing but the Dockerfile. */
export type BuildContext = { readonly kind: 'directory'; readonly path: string } | { readonly kind: 'empty' }

/** Where the Dockerfile is: a path (relative ones count from the context, then from the working directory), or its text. */
export type DockerfileSource =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string; readonly name: string }

/** A secret's value is read when the first step asks for it. */
export type SecretSource =
  | { readonly id: string; readonly from: 'file'; readonly path: string }
  | { readonly id: string; readonly from: 'env'; readonly variable: string }

export interface BuildOptions {
  readonly context: BuildContext
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile?: DockerfileSource | undefined
  readonly tags?: readonly string[]
  readonly target?: string | undefined
  /** A name without a value takes it from the environment, as docker does; `undefined` here means unset there too. */
  readonly buildArgs?: Readonly<Record<string, string | undefined>>
  readonly labels?: Readonly<Record<string, string>>
  readonly secrets?: readonly SecretSource[]
  readonly noCache?: boolean
  /** Stage names that are built anew. */
  readonly noCacheFilter?: readonly string[]
  /** `os/arch[/variant]`; default: this machine's. */
  readonly platform?: string | undefined
  readonly network?: 'host' | 'none' | undefined
  /** `name:address`, for /etc/hosts of RUN. */
  readonly addHosts?: readonly string[]
  /** `security.insecure`: lets `RUN --security=insecure` have all capabilities. */
  readonly allow?: readonly string[]
  /** Seconds since the epoch, clamps all times in the image; default: SOURCE_DATE_EPOCH of the build arguments. */
  readonly sourceDateEpoch?: number | undefined
  /** Steps that run at once at the most; default: the number of processors, at least 2. */
  readonly parallel?: number | undefined
}

export interface BuiltStep {
  /** As in the Dockerfile, continuations joined: `RUN make`. */
  readonly name: string
  readonly stage: string
  readonly place: Place
  readonly outcome: 'done' | 'reused'
  /** Why it was not reused; absent when it was or when nothing like it was built before. */
  readonly reason?: string | undefined
  readonly milliseconds: number
  readonly layer?: { readonly diffId: DiffId; readonly size: number } | undefined
}

export interface BuildResult {
  /** The config digest: what docker shows as the image id. */
  readonly id: Digest
  readonly manifest: Digest
  readonly tags: readonly string[]
  readonly steps: readonly BuiltStep[]
  readonly warnings: readonly {
    readonly code: string
    readonly message: string
    readonly place?: Place | undefined
  }[]
}

export interface CheckReport {
  /** The Dockerfile's name, and its text for showing places. */
  readonly file: string
  readonly source: string
  /** By line. `message` says what is wrong here, `description` what the rule asks for in general. */
  readonly warnings: readonly {
    readonly rule: string
    readonly description: string
    readonly url?: string | undefined
    readonly message: string
    readonly place: Place
  }[]
  /** Whether `# check=error=true` makes a build fail for a warning. */
  readonly failOnWarning: boolean
  /** Why a build would fail before its first step. */
  readonly error?:
    | {
        readonly message: string
        readonly place?: Place | undefined
        readonly hint?: string | undefined
      }
    | undefined
}

export interface ImageRow {
  readonly id: Digest
  readonly manifest: Digest
  /** `undefined` for an image without a name. */
  readonly repository: string | undefined
  readonly tag: string | undefined
  /** ISO 8601; absent where the config has none. */
  readonly created: string | undefined
  /** Bytes of file content of all layers: what docker counts. */
  readonly size: number
  readonly platform: string
}

export interface HistoryRow {
  /** The image's id on the top row, else `undefined` (`<missing>`). */
  readonly id: Digest | undefined
  readonly created: string | undefined
  readonly createdBy: string
  readonly size: number
  readonly comment: string
  readonly empty: boolean
  readonly diffId: DiffId | undefined
  /** The Dockerfile line that made it, where Peel built the image and still knows. */
  readonly place: { readonly file: string; readonly line: number } | undefined
}

export interface RemovedItem {
  readonly kind: 'untagged' | 'deleted'
  readonly name: string
}

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

export interface RunOptions {
  readonly image: string
  readonly command: readonly string[]
  /** Empty text clears the image's entrypoint. */
  readonly entrypoint?: string | undefined
  /** `NAME=value`, or `NAME` to take it from the environment. */
  readonly env?: readonly string[]
  /** `source:target[:ro]` as in docker; the source must be absolute or start with `.`. */
  readonly volumes?: readonly string[]
  readonly workdir?: string | undefined
  readonly user?: string | undefined
  readonly hostname?: string | undefined
  readonly network?: 'host' | 'none' | undefined
  readonly interactive?: boolean
  readonly terminal?: boolean
  readonly readonlyRoot?: boolean
}

export interface PruneOptions {
  /** Also cache records that were used lately, and images without a name. */
  readonly all?: boolean
  readonly cacheMounts?: boolean
  readonly dryRun?: boolean
}

export interface PruneReport {
  readonly images: readonly Digest[]
  readonly layers: readonly DiffId[]
  readonly records: number
  readonly cacheMounts: readonly string[]
  readonly freedBytes: number
}

export interface UsageReport {
  readonly images: readonly {
    readonly id: Digest
    readonly names: readonly string[]
    /** Bytes on disk of layers that other images have too. */
    readonly shared: number
    /** Bytes on disk that would be freed with this image. */
    readonly unique: number
    readonly size: number
  }[]
  /** Bytes on disk, each layer once. */
  readonly layers: number
  readonly indexes: number
  readonly cacheOnly: number
  readonly cacheMounts: number
  readonly reclaimable: number
  readonly total: number
}

export interface DoctorReport {
  readonly version: string
  readonly root: string
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    /** What was found, or what is missing. */
    readonly detail: string
    /** What to do about it. */
    readonly hint?: string | undefined
  }[]
  /** Only with `verify`: every blob hashed again. */
  readonly verified?:
    | { readonly blobs: number; readonly bytes: number; readonly problems: readonly string[] }
    | undefined
}

export interface Engine extends Disposable {
  readonly root: string
  /** Builds a Dockerfile. Faults: `dockerfile.invalid`, `step.failed`, `copy.missing`, … each with its place. */
  build(options: BuildOptions, ctx: Context): Promise<BuildResult>
  /** Looks for known mistakes in a Dockerfile, in all its stages or those that `target` needs, and builds nothing. */
  check(options: BuildOptions): Promise<CheckReport>
  /** Named images, newest first; `filter` is a reference or a pattern such as `app/*`; `all` adds those without a name. */
  images(options?: { readonly filter?: string | undefined; readonly all?: boolean }): readonly ImageRow[]
  /** Top row first. `name` is a reference, an id or the beginning of one. */
  history(name: string): readonly HistoryRow[]
  /** What `docker image inspect` prints, one object a name. */
  inspect(names: readonly string[]): readonly Readonly<Record<string, unknown>>[]
  tag(source: string, target: string): void
  /** Removes names, and images that lose their last one. */
  remove(
    names: readonly string[],
    options: { readonly force?: boolean },
    ctx: Context,
  ): Promise<readonly RemovedItem[]>
  /** `output`: a path (a directory for `oci-dir`) or a stream. */
  save(
    names: readonly string[],
    options: { readonly format: SaveFormat; readonly output: string | Writable },
    ctx: Context,
  ): Promise<void>
  load(source: string | Readable, ctx: Context): Promise<readonly LoadedImage[]>
  /** Makes a one-layer image of a root file system's tar. */
  import(options: ImportOptions, ctx: Context): Promise<LoadedImage>
  /** Writes the image's file system as one flat tar. */
  export(name: string, output: string | Writable, ctx: Context): Promise<void>
  /** Runs a command in a fresh writable layer that is dropped afterwards. Standard streams are this process's own. */
  run(options: RunOptions, ctx: Context): Promise<{ readonly status: number }>
  prune(options: PruneOptions, ctx: Context): Promise<PruneReport>
  usage(): UsageReport
  doctor(options: { readonly verify?: boolean }, ctx: Context): Promise<DoctorReport>
}

export interface EngineOptions {
  /** Where images are kept; default: PEEL_ROOT, `/var/lib/peel` for root, `$XDG_DATA_HOME/peel` for others. */
  readonly root?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}
