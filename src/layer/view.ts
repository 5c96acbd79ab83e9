// A file system as something to read: the merged layers of an image, or a build context on disk. COPY, USER and ADD are written
// against this and do not know which it is.
import type { Digest, RootPath } from '../core/index.ts'
import type { FileEntry, Node } from './entry.ts'

/** A node found in a view. Names of one file that is hard linked share `inode`; it means nothing outside this view. */
export interface Found {
  readonly node: Node
  readonly inode?: string | undefined
}

export interface FileView {
  /** What stands at `path`, itself and not what a symlink points to; `undefined` where there is nothing. */
  lookup(path: RootPath): Found | undefined
  /** The names in the directory `path` in byte order; empty if it is no directory. */
  list(path: RootPath): readonly string[]
  /** The digest of a file's content; may read the file. */
  digest(file: FileEntry): Digest
  /** The content of a file of at most `limit` bytes; faults with `path.invalid` on a larger one. */
  read(file: FileEntry, limit: number): Uint8Array
}
