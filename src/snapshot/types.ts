// What a snapshot is to the rooms above: a chain of layers made real as a directory, to read or to write in.
import type { Context, DiffId } from '../core/index.ts'
import type { Entry, LayerIndex } from '../layer/index.ts'

/** What snapshots need of a store; `root` and `work` are on one file system, `work` belongs to this process alone. */
export interface StoreForSnapshots {
  readonly root: string
  readonly work: string
  index(id: DiffId): LayerIndex
  /** The plain tar of a layer, named as a file. */
  tarPath(id: DiffId): string
}

/** How layers are made real: indexes mounted, layers unpacked once each and overlaid, or everything copied each time. */
export type Backend = 'mounted' | 'unpacked' | 'copy'

/** A tree to read. Disposing it takes it away, soon; disposing of the snapshots at the latest. */
export interface Mounted extends AsyncDisposable {
  readonly root: string
}

/** A tree to write in. Disposing it takes it away as a tree to read, and what was written with it unless it was sealed. */
export interface Draft extends AsyncDisposable {
  readonly root: string
  /** Where the writes land; with the `copy` backend the whole tree. */
  readonly upper: string
  /**
   * What differs from the layers below, sorted by `comparePaths`, as it is on disk now; contents are host files. An entry for which
   * `ignore` says true is left out. Directories are listed when something below them changed. Sockets are left out.
   */
  changes(options?: { readonly ignore?: ((entry: Entry) => boolean) | undefined }): Iterable<Entry>
  /** Unmounts and keeps the upper directory, whose path is the answer; the caller removes it. `changes` still works. */
  seal(): string
}

/** Dispose before the store's work directory is removed: layer mounts in it are kept until then. */
export interface Snapshots extends Disposable {
  /** Looking probes the machine. */
  readonly backend: Backend
  /** The layers merged, bottom first, read-only. */
  view(layers: readonly DiffId[], ctx: Context): Promise<Mounted>
  /** The layers merged, with a fresh upper directory. `uppers`: sealed upper directories not yet packed, bottom first, over the layers. */
  draft(
    layers: readonly DiffId[],
    options: { readonly uppers?: readonly string[] | undefined },
    ctx: Context,
  ): Promise<Draft>
}
