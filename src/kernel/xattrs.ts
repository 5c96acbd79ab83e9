// Extended attributes as bytes. Most files have none: one call then says so.
import { pathText } from '../core/index.ts'
import { cString, getCalls, lastError, refused } from './calls.ts'
import type { HostPath } from './kernel.ts'

// linux/limits.h: XATTR_LIST_MAX and XATTR_SIZE_MAX are both 64 KiB.
const scratch = Buffer.alloc(65536)
const nothing = new Set(['EOPNOTSUPP', 'ENOTSUP', 'ENOSYS'])

export function readXattrs(path: HostPath): Map<string, Uint8Array> | undefined {
  const calls = getCalls()
  const name = cString(path)
  const length = calls.llistxattr(name, scratch, scratch.length)
  if (length === 0) return undefined
  if (length < 0) {
    const errno = lastError(calls)
    if (nothing.has(errno)) return undefined
    throw refused(`list the xattrs of ${path}`, errno)
  }
  const keys = splitNames(scratch.subarray(0, length))
  const found = new Map<string, Uint8Array>()
  for (const key of keys) {
    const size = calls.lgetxattr(name, cString(key), scratch, scratch.length)
    if (size >= 0) {
      found.set(key, Uint8Array.prototype.slice.call(scratch, 0, size))
      continue
    }
    const errno = lastError(calls)
    if (errno !== 'ENODATA') throw refused(`read the xattr ${key} of ${path}`, errno)
  }
  return found.size === 0 ? undefined : found
}

function splitNames(list: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; at < list.length; ) {
    const end = list.indexOf(0, at)
    names.push(pathText(list.subarray(at, end)))
    at = end + 1
  }
  return names.sort()
}

export function writeXattr(path: HostPath, name: string, value: Uint8Array): void {
  const calls = getCalls()
  if (calls.lsetxattr(cString(path), cString(name), value, value.length, 0) < 0)
    throw refused(`set the xattr ${name} of ${path}`, lastError(calls))
}

export function removeXattr(path: HostPath, name: string): void {
  const calls = getCalls()
  if (calls.lremovexattr(cString(path), cString(name)) === 0) return
  const errno = lastError(calls)
  if (errno !== 'ENODATA' && !nothing.has(errno)) throw refused(`remove the xattr ${name} of ${path}`, errno)
}
