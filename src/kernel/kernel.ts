// What Peel asks of the operating system beyond Node: mounts, device nodes, xattrs, exact times, locks. Everything Linux is spelled in
// this room alone; on another system `none.ts` stands in and every ability is a sentence saying why not.

/** Something a machine may or may not be able to do. */
export type Ability =
  | 'mount-erofs-file'
  | 'mount-overlay'
  | 'private-mounts'
  | 'device-nodes'
  | 'xattrs'
  | 'reflink'

/** Each ability is true, or a sentence that says why not and what to do. Read lazily: the first look probes, the answer is kept. */
export type Abilities = { readonly [ability in Ability]: true | string }

/** A path of this machine: text where that is exact, bytes where it is not (see `hostPath`). */
export type HostPath = string | Buffer

/** A held lock; disposing lets it go, and so does the end of the process, however it ends. */
export interface Lock extends Disposable {
  readonly path: string
}

/** An overlay to be; `lowers` top first. Without `upper` it is read-only. `upper` and `work` are on one file system. */
export interface OverlayLayers {
  readonly lowers: readonly string[]
  readonly upper?: { readonly directory: string; readonly work: string } | undefined
}

/** Calls fault with `kernel.refused` (data: `call`, `errno`) where the kernel says no, `kernel.unable` where there is no such call. */
export interface Kernel {
  readonly can: Abilities
  /** The highest number of lower layers of one overlay. */
  readonly overlayLimit: number
  /**
   * Gives this process a mount namespace of its own, once: what is mounted afterwards vanishes with the process. Seen by the main
   * thread, by threads started later and by child processes; not by worker or libuv threads that run already, so call it early,
   * and read mounted trees with synchronous calls.
   */
  privateMounts(): void
  /** Mounts an EROFS image file read-only; `devices` are the files behind its device slots, in order. */
  mountErofs(image: string, target: string, devices: readonly string[]): void
  /** Mounts an overlay whose upper directory always holds whole files (no redirects, no metadata-only copies, no index). */
  mountOverlay(target: string, layers: OverlayLayers): void
  /** Mounts `source` (file or directory) over `target`, with what is mounted below it. */
  bind(source: string, target: string, access: 'writable' | 'readonly'): void
  /** Mounts a fresh tmpfs; `size` in bytes, `mode` permission bits. */
  mountTmpfs(target: string, options: { readonly size?: number; readonly mode?: number }): void
  /** Takes a mount out of sight at once, busy or not (MNT_DETACH); silent when nothing is mounted there. */
  unmount(target: string): void
  /** `mode`: the twelve permission bits. The umask is honoured as mknod(2) does; set the mode afterwards where it matters. */
  makeNode(path: HostPath, node: DeviceNode): void
  /** All xattrs of the file itself (no symlink followed); `undefined` for none, and where the file system has none. */
  readXattrs(path: HostPath): Map<string, Uint8Array> | undefined
  writeXattr(path: HostPath, name: string, value: Uint8Array): void
  /** Removes the xattr; silent when it is not there. */
  removeXattr(path: HostPath, name: string): void
  /** Sets modification (and access) time in nanoseconds since the epoch, of a symlink itself too. */
  writeTimes(path: HostPath, mtime: bigint): void
  /** Takes a lock on the file (made if missing). `try` answers `undefined` when another holds it; `wait` stops this thread until it is free. */
  lock(path: string, mode: 'shared' | 'exclusive', patience: 'try' | 'wait'): Lock | undefined
}

export type DeviceNode =
  | { readonly kind: 'fifo'; readonly mode: number }
  | {
      readonly kind: 'char' | 'block'
      readonly mode: number
      readonly major: number
      readonly minor: number
    }
