// The whole product as one typed API. The command line, the terminal browser and the web page are faces over it, and so is any
// program that imports `peel`. Shapes are plain data: what `--json` prints is what these types say. One file a kind of call.
import type { ArchiveCalls } from './archives.ts'
import type { BuildCalls } from './build.ts'
import type { RecordCalls } from './builds.ts'
import type { CacheCalls } from './caches.ts'
import type { ContainerCalls } from './containers.ts'
import type { ContextCalls } from './contexts.ts'
import type { FixCalls } from './fix.ts'
import type { ImageCalls } from './images.ts'
import type { OutlineCalls } from './outline.ts'
import type { RegistryCalls } from './registries.ts'
import type { ReshapeCalls } from './reshape.ts'
import type { SecretCalls } from './secrets.ts'
import type { StudyCalls } from './study.ts'
import type { UpkeepCalls } from './upkeep.ts'

export type * from './archives.ts'
export type * from './build.ts'
export type * from './builds.ts'
export type * from './caches.ts'
export type * from './containers.ts'
export type * from './contexts.ts'
export type * from './fix.ts'
export type * from './images.ts'
export type * from './outline.ts'
export type * from './registries.ts'
export type * from './remote-caches.ts'
export type * from './reshape.ts'
export type * from './secrets.ts'
export type * from './study.ts'
export type * from './upkeep.ts'

export interface Engine
  extends BuildCalls,
    OutlineCalls,
    RecordCalls,
    CacheCalls,
    ContextCalls,
    FixCalls,
    ImageCalls,
    ReshapeCalls,
    ArchiveCalls,
    ContainerCalls,
    RegistryCalls,
    StudyCalls,
    SecretCalls,
    UpkeepCalls,
    Disposable {
  /** Where images are kept; absolute. */
  readonly root: string
}

export interface EngineOptions {
  /** Where images are kept; default: PEEL_ROOT, `/var/lib/peel` for root, `$XDG_DATA_HOME/peel` for others. */
  readonly root?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The process ends when the engine is disposed of. Leaves to the next one what can wait: that saves a command two syncs. */
  readonly exits?: boolean | undefined
}
