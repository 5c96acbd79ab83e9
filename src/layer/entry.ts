// One change that a layer makes to a file system. A deletion is a kind of entry here, not a file name.
import type { DiffId, Digest, RootPath } from '../core/index.ts'

/** `mode`: the twelve permission bits. `mtime`: nanoseconds since the epoch. xattr values are bytes; no map means none. */
export interface Meta {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: bigint
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
}

/** A run of a file's bytes: `length` bytes at `at` in the file stand at `offset` in the layer's tar. What no extent covers is zeros. */
export interface Extent {
  readonly at: number
  readonly offset: number
  readonly length: number
}

/** Where the bytes of a file are. Plain data, so that an entry can be handed to another thread. */
export type Content =
  | { readonly in: 'memory'; readonly bytes: Uint8Array }
  /** A file of this machine, read as it is now. */
  | { readonly in: 'host'; readonly path: string | Buffer }
  /** One run of bytes in the plain tar of a stored layer. */
  | { readonly in: 'layer'; readonly layer: DiffId; readonly offset: number }
  /** A sparse file in the plain tar of a stored layer; extents ascend and do not overlap. */
  | { readonly in: 'sparse'; readonly layer: DiffId; readonly extents: readonly Extent[] }

export interface FileEntry {
  readonly kind: 'file'
  readonly path: RootPath
  readonly meta: Meta
  /** Bytes of content, holes counted. */
  readonly size: number
  readonly content: Content
  /** The digest of the content, where it is known. */
  readonly digest?: Digest | undefined
}
export interface PlainEntry {
  readonly kind: 'directory' | 'fifo'
  readonly path: RootPath
  readonly meta: Meta
}
export interface SymlinkEntry {
  readonly kind: 'symlink'
  readonly path: RootPath
  readonly meta: Meta
  readonly target: string
}
export interface HardlinkEntry {
  readonly kind: 'hardlink'
  readonly path: RootPath
  readonly target: RootPath
}
export interface DeviceEntry {
  readonly kind: 'device'
  readonly path: RootPath
  readonly meta: Meta
  readonly device: 'char' | 'block'
  readonly major: number
  readonly minor: number
}
/** `whiteout` hides `path` of the layers below; `opaque` hides all that they hold in the directory `path`. */
export interface RemovalEntry {
  readonly kind: 'whiteout' | 'opaque'
  readonly path: RootPath
}

export type Entry = FileEntry | PlainEntry | SymlinkEntry | HardlinkEntry | DeviceEntry | RemovalEntry

/** Something that is there: an entry that is neither a removal nor a second name. */
export type Node = FileEntry | PlainEntry | SymlinkEntry | DeviceEntry
