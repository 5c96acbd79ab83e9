// Entries of files of this machine, and the metadata of entries put on files: the two directions between disk and `Meta`.
import fs from 'node:fs'
import { hostPath, isFault, pathText, type RootPath, splitDeviceNumber } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Meta, Node } from '../layer/index.ts'

const permissions = 0o7777n

/** The path of `inside` below the directory `root`, as Node's file functions take it. */
export function below(root: string, inside: RootPath): string | Buffer {
  return hostPath(inside === '/' ? root : root + inside)
}

/** Names in a directory as text that keeps every byte, unsorted. */
export function listNames(directory: string | Buffer): string[] {
  const names = fs.readdirSync(directory)
  if (!names.some((name) => name.includes('\ufffd'))) return names
  return fs.readdirSync(directory, { encoding: 'buffer' }).map(pathText)
}

export function metaOf(stat: fs.BigIntStats, xattrs: ReadonlyMap<string, Uint8Array> | undefined): Meta {
  const plain = {
    mode: Number(stat.mode & permissions),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtime: stat.mtimeNs,
  }
  return xattrs === undefined ? plain : { ...plain, xattrs }
}

/** The node that a file of this machine is; a socket is none. */
export function nodeOf(
  host: string | Buffer,
  path: RootPath,
  { stat, xattrs }: { stat: fs.BigIntStats; xattrs: ReadonlyMap<string, Uint8Array> | undefined },
): Node | undefined {
  const meta = metaOf(stat, xattrs)
  if (stat.isFile())
    return { kind: 'file', path, meta, size: Number(stat.size), content: { in: 'host', path: host } }
  if (stat.isDirectory()) return { kind: 'directory', path, meta }
  if (stat.isSymbolicLink())
    return { kind: 'symlink', path, meta, target: pathText(fs.readlinkSync(host, { encoding: 'buffer' })) }
  if (stat.isFIFO()) return { kind: 'fifo', path, meta }
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return undefined
  const device = stat.isCharacterDevice() ? 'char' : 'block'
  return { kind: 'device', path, meta, device, ...splitDeviceNumber(stat.rdev) }
}

/** What an unprivileged copy does without: owners, devices and xattrs that only root may set. */
export type Strictness = 'exact' | 'possible'

/**
 * Puts owner, mode, xattrs and time on a file, in the order the kernel demands: chown clears setuid bits and file capabilities,
 * so they come after it; the time comes last.
 */
export function writeMeta(
  host: string | Buffer,
  { kind, meta }: { readonly kind: Node['kind']; readonly meta: Meta },
  { kernel, strictness }: { readonly kernel: Kernel; readonly strictness: Strictness },
): void {
  attempt(strictness, () => fs.lchownSync(host, meta.uid, meta.gid))
  if (kind !== 'symlink') fs.chmodSync(host, meta.mode)
  for (const [name, value] of meta.xattrs ?? [])
    attempt(strictness, () => kernel.writeXattr(host, name, value))
  kernel.writeTimes(host, meta.mtime)
}

/** Does it; where only what is possible is wanted, a refusal is passed over. */
export function attempt(strictness: Strictness, action: () => void): void {
  try {
    action()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const refused = isFault(error) ? error.kind === 'unable' : code === 'EPERM' || code === 'EINVAL'
    if (strictness === 'exact' || !refused) throw error
  }
}

/** The metadata of a file of this machine as it is. */
export function readMeta(host: string, kernel: Kernel): Meta {
  return metaOf(fs.lstatSync(host, { bigint: true }), kernel.readXattrs(host))
}
