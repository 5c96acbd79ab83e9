// A small language for trees in tests: `tree(file('/etc/hosts', 'a'), dir('/x'), gone('/lib'))` is a sorted list of entries.
// Metadata nobody asked about is the same everywhere: root's, 0644 or 0755, at second 1,700,000,000.
import { comparePaths, sha256, toRootPath } from '../core/index.ts'
import type {
  DeviceEntry,
  Entry,
  FileEntry,
  HardlinkEntry,
  Meta,
  PlainEntry,
  RemovalEntry,
  SymlinkEntry,
} from '../layer/entry.ts'

export const treeTime = 1_700_000_000_000_000_000n

/** What a test may say about an entry; xattr values are bytes or text. */
export interface MetaWords {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: bigint
  readonly xattrs?: Readonly<Record<string, Uint8Array | string>>
}

/** Full metadata from the few words a test says. */
export function meta(words: MetaWords, mode: number): Meta {
  const base = {
    mode: words.mode ?? mode,
    uid: words.uid ?? 0,
    gid: words.gid ?? 0,
    mtime: words.mtime ?? treeTime,
  }
  const xattrs = Object.entries(words.xattrs ?? {})
  if (xattrs.length === 0) return base
  return {
    ...base,
    xattrs: new Map(xattrs.map(([name, value]) => [name, Uint8Array.from(Buffer.from(value))])),
  }
}

/** A regular file whose content is in memory and whose digest is known. */
export function file(path: string, content: string | Uint8Array = '', words: MetaWords = {}): FileEntry {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    kind: 'file',
    path: toRootPath(path),
    meta: meta(words, 0o644),
    size: bytes.length,
    content: { in: 'memory', bytes },
    digest: sha256(bytes),
  }
}

export function dir(path: string, words: MetaWords = {}): PlainEntry {
  return { kind: 'directory', path: toRootPath(path), meta: meta(words, 0o755) }
}

export function fifo(path: string, words: MetaWords = {}): PlainEntry {
  return { kind: 'fifo', path: toRootPath(path), meta: meta(words, 0o644) }
}

export function symlink(path: string, target: string, words: MetaWords = {}): SymlinkEntry {
  return { kind: 'symlink', path: toRootPath(path), meta: meta(words, 0o777), target }
}

export function hardlink(path: string, target: string): HardlinkEntry {
  return { kind: 'hardlink', path: toRootPath(path), target: toRootPath(target) }
}

export function device(
  path: string,
  type: 'char' | 'block',
  major: number,
  minor: number,
  words: MetaWords = {},
): DeviceEntry {
  return { kind: 'device', path: toRootPath(path), meta: meta(words, 0o644), device: type, major, minor }
}

/** The path is deleted by this layer. */
export function gone(path: string): RemovalEntry {
  return { kind: 'whiteout', path: toRootPath(path) }
}

/** What lower layers hold in the directory is hidden by this layer; say `dir(path)` too. */
export function opaque(path: string): RemovalEntry {
  return { kind: 'opaque', path: toRootPath(path) }
}

/**
 * The entries in the order that layers are written in: depth first, at one path removals first for whiteouts
 * and last for opaque marks.
 */
export function tree(...entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => comparePaths(a.path, b.path) || place(a) - place(b))
}

function place(entry: Entry): number {
  return entry.kind === 'whiteout' ? 0 : entry.kind === 'opaque' ? 2 : 1
}
