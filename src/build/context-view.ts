// A build context on disk as a file view: what the ignore rules hide is not there, owners are 0:0 and times whole seconds, as docker
// sends them. Digests of unchanged files are remembered between builds by the file's stamp.

import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import {
  comparePaths,
  type Digest,
  digestOfHex,
  Fault,
  hostPath,
  joinPath,
  pathText,
  type RootPath,
  sha256,
  splitDeviceNumber,
} from '../core/index.ts'
import type { Ignore } from '../dockerfile/index.ts'
import type { FileEntry, FileView, Found, Meta, Node } from '../layer/index.ts'
import type { ReadXattrs, Xattrs } from './context-xattrs.ts'
import type { DigestMemory } from './digest-memory.ts'
import { type Stamp, stampOf } from './stamp.ts'

export interface ContextView extends FileView {
  /** Absolute. */
  readonly root: string
  /** When it was opened: milliseconds since the epoch. No file was looked at before. */
  readonly opened: number
  /** What is hidden. */
  readonly ignore: Ignore
  /** The digest of a file's content, by its path on this machine, where it is known without reading it. */
  known(path: string | Buffer): Digest | undefined
  /** Says what a file's content turned out to be when it was read for another purpose. */
  learn(path: string | Buffer, digest: Digest): void
  /** What a directory that was listed lists, in its own order; `undefined` where something in it went away meanwhile. */
  listing(path: RootPath): readonly Listed[] | undefined
  /** Hands over what somebody else saw since the context was opened, so that it is not looked at again. */
  preload(directories: ReadonlyMap<string, LookedAt>): void
}

export interface Listed {
  readonly name: string
  /** None of what is hidden. */
  readonly stamp?: Stamp | undefined
  /** Its path, where it is a directory. */
  readonly directory?: RootPath | undefined
}

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFBLK, S_IFCHR } = fs.constants

/** What lstat(2) says of a file, as far as it matters here; as in `fs.Stats`. */
export type FileStatus = Pick<
  fs.Stats,
  'mode' | 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'nlink' | 'dev' | 'rdev'
>

/** A directory that somebody looked through just now. */
export interface LookedAt {
  /** As the directory lists them. */
  readonly names: readonly string[]
  /** Of the name at that place; `undefined` where it was not looked at. */
  status(at: number): FileStatus | undefined
}

interface Seen extends Found {
  readonly stamp: Stamp
}

export interface ContextOptions {
  readonly ignore: Ignore
  readonly memory: DigestMemory
  /** Where it is not given, files have no extended attributes. */
  readonly readXattrs?: ReadXattrs | undefined
}

/** Opens a directory as a context. `root` is absolute. */
export function openContext(
  root: string,
  options: ContextOptions,
  now: () => number = Date.now,
): ContextView {
  const { ignore, memory, readXattrs } = options
  const seen = new Map<RootPath, Seen | undefined>()
  const listed = new Map<RootPath, readonly string[]>()
  /** With what is hidden, in the order of the file system. */
  const whole = new Map<RootPath, readonly string[]>()
  let preloaded: ReadonlyMap<string, LookedAt> = new Map()
  const metas = metaMaker()
  const opened = now()

  const look = (path: RootPath): Seen | undefined => {
    const known = seen.get(path)
    if (known !== undefined || seen.has(path)) return known
    const result = visible(path) ? stat(path) : undefined
    seen.set(path, result)
    return result
  }

  const visible = (path: RootPath): boolean => {
    if (path === '/' || ignore.patterns.length === 0 || !ignore.match(path).ignored) return true
    return !ignore.canSkipDirectory(path) && isDirectory(path) && holdsVisible(path)
  }

  /** A link to a directory is none: what it points to may be outside the context. */
  const isDirectory = (path: RootPath): boolean => lstat(hostOf(root, path))?.isDirectory() ?? false

  /** Whether an ignored directory holds something that a later `!` rule brings back. */
  const holdsVisible = (path: RootPath): boolean =>
    readNames(path).some((name) => {
      const child = joinPath(path, name)
      if (!ignore.match(child).ignored) return true
      return !ignore.canSkipDirectory(child) && isDirectory(child) && holdsVisible(child)
    })

  const stat = (path: RootPath): Seen | undefined => {
    const full = hostOf(root, path)
    const info = lstat(full)
    return info && seenAs(path, full, info)
  }

  const seenAs = (path: RootPath, full: string | Buffer, info: FileStatus): Seen => {
    const stamp = stampOf(info)
    const directory = isA(info, S_IFDIR)
    const digest = directory || isA(info, S_IFREG) ? memory.find(path, stamp) : undefined
    // only what has no attributes is remembered, and setting one changes the ctime; a symlink can have none that counts
    const xattrs = digest !== undefined || isA(info, S_IFLNK) ? undefined : readXattrs?.(full)
    const node = nodeOf(path, full, { info, digest, meta: metas(info, xattrs) })
    if (directory) {
      if (digest === undefined && xattrs === undefined) memory.learn(path, stamp, noContent)
      return { node, inode: undefined, stamp }
    }
    return { node, inode: info.nlink > 1 ? `${info.dev}:${info.ino}` : undefined, stamp }
  }

  /** The names in a directory; none where there is no directory. Kinds are not asked for: whoever wants one looks. */
  const readNames = (path: RootPath): string[] => {
    const full = hostOf(root, path)
    try {
      const names = fs.readdirSync(full)
      // U+FFFD stands for bytes that are no UTF-8: read those names again as bytes
      if (!names.some((name) => name.includes('\ufffd'))) return names
      return fs.readdirSync(full, { encoding: 'buffer' }).map(pathText)
    } catch (cause) {
      if (isErrno(cause, 'ENOTDIR') || isErrno(cause, 'ENOENT')) return []
      throw unreadable(path, cause)
    }
  }

  /** The names in a directory that was looked through, whose files then need no look of their own. */
  const preloadedNames = (path: RootPath): readonly string[] | undefined => {
    const directory = preloaded.get(path)
    for (const [at, name] of directory?.names.entries() ?? []) {
      const child = joinPath(path, name)
      const info = seen.has(child) ? undefined : directory?.status(at)
      if (info !== undefined && visible(child)) seen.set(child, seenAs(child, hostOf(root, child), info))
    }
    return directory?.names
  }

  const inside = (full: string | Buffer): RootPath => {
    const text = typeof full === 'string' ? full : pathText(full)
    return (text === root ? '/' : text.slice(root.length)) as RootPath
  }

  const remember = (path: RootPath, digest: Digest): void => {
    const file = seen.get(path)
    if (file?.node.meta.xattrs === undefined && file !== undefined) memory.learn(path, file.stamp, digest)
  }

  return {
    root,
    opened,
    ignore,
    lookup: look,
    list(path) {
      const known = listed.get(path)
      if (known !== undefined) return known
      const all = preloadedNames(path) ?? readNames(path)
      whole.set(path, all)
      const names = all
        .filter((name) => visible(joinPath(path, name)))
        .sort((a, b) => comparePaths(a as RootPath, b as RootPath))
      listed.set(path, names)
      return names
    },
    digest(file) {
      if (file.content.in === 'memory') return sha256(file.content.bytes)
      const stamp = look(file.path)?.stamp
      const known = stamp === undefined ? undefined : memory.find(file.path, stamp)
      if (known !== undefined) return known
      const digest = hashFile(hostOf(root, file.path), file)
      remember(file.path, digest)
      return digest
    },
    known(full) {
      const path = inside(full)
      const stamp = seen.get(path)?.stamp
      return stamp === undefined ? undefined : memory.find(path, stamp)
    },
    learn(full, digest) {
      remember(inside(full), digest)
    },
    preload(directories) {
      preloaded = directories
    },
    listing(path) {
      const found: Listed[] = []
      for (const name of whole.get(path) ?? []) {
        const child = joinPath(path, name)
        const file = seen.get(child)
        if (file === undefined && seen.has(child)) return undefined
        const directory = file?.node.kind === 'directory' ? child : undefined
        found.push({ name, stamp: file?.stamp, directory })
      }
      return whole.has(path) ? found : undefined
    },
    read(file, limit) {
      if (file.size > limit)
        throw new Fault(
          'path.invalid',
          `${file.path} has ${file.size} bytes, more than the ${limit} that can be read here`,
        )
      return fs.readFileSync(hostOf(root, file.path))
    },
  }
}

function hostOf(root: string, path: RootPath): string | Buffer {
  return hostPath(path === '/' ? root : `${root}${path}`)
}

/** What is remembered of a directory, which has no content. */
const noContent = sha256('')

/** Neighbours often have the same metadata, and then share one object. */
function metaMaker(): (info: FileStatus, xattrs: Xattrs | undefined) => Meta {
  let [mode, seconds] = [-1, Number.NaN]
  let last: Meta | undefined
  return (info, xattrs) => {
    const bits = isA(info, S_IFLNK) ? 0o777 : info.mode & 0o7777
    const time = Math.floor(info.mtimeMs / 1000)
    if (last !== undefined && xattrs === undefined && bits === mode && time === seconds) return last
    const meta = { mode: bits, uid: 0, gid: 0, mtime: BigInt(time) * 1_000_000_000n }
    if (xattrs !== undefined) return { ...meta, xattrs }
    mode = bits
    seconds = time
    last = meta
    return meta
  }
}

/** `undefined` where there is nothing, below a file too. */
function lstat(full: string | Buffer): fs.Stats | undefined {
  try {
    return fs.lstatSync(full, { throwIfNoEntry: false })
  } catch (thrown) {
    if (isErrno(thrown, 'ENOTDIR')) return undefined
    throw thrown
  }
}

function nodeOf(
  path: RootPath,
  full: string | Buffer,
  {
    info,
    digest,
    meta,
  }: { readonly info: FileStatus; readonly digest: Digest | undefined; readonly meta: Meta },
): Node {
  if (isA(info, S_IFREG))
    return { kind: 'file', path, meta, size: info.size, content: { in: 'host', path: full }, digest }
  if (isA(info, S_IFDIR)) return { kind: 'directory', path, meta }
  if (isA(info, S_IFLNK))
    return {
      kind: 'symlink',
      path,
      meta,
      target: pathText(fs.readlinkSync(full, { encoding: 'buffer' })),
    }
  if (isA(info, S_IFIFO)) return { kind: 'fifo', path, meta }
  if (isA(info, S_IFBLK) || isA(info, S_IFCHR)) {
    const device = isA(info, S_IFBLK) ? 'block' : 'char'
    return { kind: 'device', path, meta, device, ...splitDeviceNumber(info.rdev) }
  }
  // a layer holds no socket; BuildKit leaves an empty file in its place
  return { kind: 'file', path, meta, size: 0, content: { in: 'memory', bytes: new Uint8Array(0) } }
}

function isA({ mode }: FileStatus, type: number): boolean {
  return (mode & S_IFMT) === type
}

const chunk = Buffer.allocUnsafe(1 << 20)

function hashFile(path: string | Buffer, file: FileEntry): Digest {
  const hash = createHash('sha256')
  try {
    // a file that was swapped for a link since it was looked at is not followed
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    try {
      for (let count = 1, left = file.size; count > 0 && left > 0; left -= count) {
        count = fs.readSync(fd, chunk, 0, Math.min(chunk.length, left), null)
        hash.update(chunk.subarray(0, count))
      }
    } finally {
      fs.closeSync(fd)
    }
  } catch (cause) {
    throw unreadable(file.path, cause)
  }
  return digestOfHex(hash.digest('hex'))
}

function unreadable(path: RootPath, cause: unknown): Fault {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new Fault('context.unreadable', `cannot read ${path} of the build context (${why})`, {
    hint: 'make it readable, or leave it out with a line in .dockerignore',
    cause,
  })
}

function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
