// Building and checking Dockerfiles.
import type { Context, Digest, Place } from '../../core/index.ts'
import type { RecordedStep } from './builds.ts'
import type { CacheExport, CacheImport } from './remote-caches.ts'

/** What to build from; `empty`: nothing but the Dockerfile. */
export type BuildContext =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'empty' }
  /** A git repository (`https://host/repo.git#ref:directory`, `git@host:repo.git`), or the URL of an archive or of a Dockerfile. */
  | { readonly kind: 'remote'; readonly url: string }
  /** A tar, plain or compressed, or the text of a Dockerfile. */
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array> }

/**
 * Where the Dockerfile is: a path (in a directory relative ones count from the context, then from the working directory; of any other
 * context it is a path in that), a URL, or its text.
 */
export type DockerfileSource =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'text'
      readonly text: string
      readonly name: string
      /** The text stands in place of the Dockerfile at this path (default: the context's), whose ignore file holds. */
      readonly replaces?: { readonly path: string | undefined }
    }

/** A secret's value is read when the first step asks for it. */
export type SecretSource =
  | { readonly id: string; readonly from: 'file'; readonly path: string }
  | { readonly id: string; readonly from: 'env'; readonly variable: string }
  | { readonly id: string; readonly from: 'value'; readonly value: string }

export interface BuildOptions {
  readonly context: BuildContext
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile?: DockerfileSource | undefined
  /**
   * Named contexts in docker's notation, which stand in for stages and images of their names: a directory, an archive, a URL, a
   * repository, `docker-image://IMAGE`, `oci-layout://DIR[:TAG][@DIGEST]`, `target:STAGE`.
   */
  readonly contexts?: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly target?: string | undefined
  /** A name without a value takes it from the environment, as docker does; `undefined` here means unset there too. */
  readonly buildArgs?: Readonly<Record<string, string | undefined>>
  /** Names of build arguments whose values are kept out of history, cache records and explanations. */
  readonly secretBuildArgs?: readonly string[]
  /** `KEY=VALUE` for the manifests, `index:KEY=VALUE` for the index, `manifest[PLATFORM]:KEY=VALUE` for one manifest. */
  readonly annotations?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly secrets?: readonly SecretSource[]
  readonly noCache?: boolean
  /** Ask registries for newer versions of images that are here. */
  readonly pull?: boolean
  /** Stage names that are built anew. */
  readonly noCacheFilter?: readonly string[]
  /** Fail with `step.uncached` at the first step that is not in the cache. */
  readonly requireCached?: boolean
  /** Builds even where a mounted secret would stand in a layer, the configuration or the history. */
  readonly allowSecretLeak?: boolean
  /** `os/arch[/variant]`, or several with commas between them, which make an image index; default: this machine's. */
  readonly platform?: string | undefined
  readonly network?: 'host' | 'none' | undefined
  /** `name:address`, for /etc/hosts of RUN. */
  readonly addHosts?: readonly string[]
  /** Limits of RUN's commands: `nofile=1024[:2048]`, -1 for none. */
  readonly ulimits?: readonly string[]
  /** Of /dev/shm in RUN: `128m`. */
  readonly shmSize?: string | undefined
  /** The cgroup that RUN's cgroups are made in, where the runtime makes some. */
  readonly cgroupParent?: string | undefined
  /** Agents and keys for RUN --mount=type=ssh and for git over ssh. Without paths: the agent of SSH_AUTH_SOCK. */
  readonly ssh?: readonly { readonly id: string; readonly paths: readonly string[] }[]
  /**
   * `security.insecure`: lets `RUN --security=insecure` have all capabilities. `device`, `device=NAME` or `device=NAME,alias=NAME`: lets
   * `RUN --device` have all devices, these, or these by another name.
   */
  readonly allow?: readonly string[]
  /** Directories of the files that describe devices (CDI); default: PEEL_CDI_SPEC_DIRS, else /etc/cdi, /var/run/cdi and /etc/buildkit/cdi. */
  readonly cdiSpecDirs?: readonly string[]
  /** Seconds since the epoch, clamps all times in the image; default: SOURCE_DATE_EPOCH of the build arguments. */
  readonly sourceDateEpoch?: number | undefined
  /** Caches to look steps up in that this store does not know; one that cannot be read is a warning. */
  readonly cacheFrom?: readonly CacheImport[]
  /** Caches to fill when the image is made. */
  readonly cacheTo?: readonly CacheExport[]
  /** Steps that run at once at the most; default: the number of processors, at least 2. */
  readonly parallel?: number | undefined
}

export interface BuiltStep extends RecordedStep {
  readonly outcome: 'done' | 'reused'
  /** Why it was not reused, on one line; absent when it was or when nothing like it was built before. */
  readonly reason?: string | undefined
  readonly milliseconds: number
}

export interface BuildResult {
  /** The config digest: what docker shows as the image id. */
  readonly id: Digest
  readonly manifest: Digest
  readonly tags: readonly string[]
  /** The images of an index, where several platforms were built: `id` and `manifest` are then the index's digest. */
  readonly platforms?: readonly {
    readonly platform: string
    readonly id: Digest
    readonly manifest: Digest
  }[]
  /** In the order in which they ended. */
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

export interface BuildCalls {
  /** Builds a Dockerfile. Faults: `dockerfile.invalid`, `step.failed`, `copy.missing`, … each with its place. */
  build(options: BuildOptions, ctx: Context): Promise<BuildResult>
  /** Looks for known mistakes in a Dockerfile, in all its stages or those that `target` needs, and builds nothing. */
  check(options: BuildOptions, ctx: Context): Promise<CheckReport>
}
