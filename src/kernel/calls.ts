// The system calls themselves, through Node's own foreign function interface, which is loaded at the first call and not before.
// Structures are passed as bytes; calls that old C libraries lack go through syscall(2), by numbers that x86_64 and arm64 share (424
// and up).
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import { Fault, pathBytes } from '../core/index.ts'
import type { HostPath } from './kernel.ts'

type Ffi = typeof import('node:ffi')
type Bytes = Uint8Array | null

export interface Calls {
  unshare(flags: number): number
  mount(source: Bytes, target: Bytes, type: Bytes, flags: number, data: Bytes): number
  umount2(target: Bytes, flags: number): number
  mknod(path: Bytes, mode: number, device: bigint): number
  llistxattr(path: Bytes, list: Bytes, size: number): number
  lgetxattr(path: Bytes, name: Bytes, value: Bytes, size: number): number
  lsetxattr(path: Bytes, name: Bytes, value: Bytes, size: number, flags: number): number
  lremovexattr(path: Bytes, name: Bytes): number
  utimensat(directory: number, path: Bytes, times: Bytes, flags: number): number
  flock(fd: number, operation: number): number
  fsopen(type: Bytes, flags: number): number
  fsconfig(fd: number, command: number, key: Bytes, value: Bytes, aux: number): number
  fsmount(fd: number, flags: number, attributes: number): number
  moveMount(from: number, fromPath: Bytes, to: number, toPath: Bytes, flags: number): number
  /** What the last call that failed left. */
  errno(): number
}

// asm-generic/unistd.h
const SYS_move_mount = 429n
const SYS_fsopen = 430n
const SYS_fsconfig = 431n
const SYS_fsmount = 432n

function declare(ffi: Ffi): Calls {
  const [int, uint, ulong, bytes] = ['int32', 'uint32', 'uint64', 'pointer'] as const
  const libc = ffi.dlopen(null, {
    unshare: { arguments: [int], return: int },
    mount: { arguments: [bytes, bytes, bytes, ulong, bytes], return: int },
    umount2: { arguments: [bytes, int], return: int },
    mknod: { arguments: [bytes, uint, ulong], return: int },
    llistxattr: { arguments: [bytes, bytes, ulong], return: int },
    lgetxattr: { arguments: [bytes, bytes, bytes, ulong], return: int },
    lsetxattr: { arguments: [bytes, bytes, bytes, ulong, int], return: int },
    lremovexattr: { arguments: [bytes, bytes], return: int },
    utimensat: { arguments: [int, bytes, bytes, int], return: int },
    flock: { arguments: [int, int], return: int },
    __errno_location: { arguments: [], return: bytes },
  }).functions
  // an opened library takes one signature for each of its symbols
  const fsopen = syscallOf(ffi, ['int64', bytes, 'int64'])
  const fsconfig = syscallOf(ffi, ['int64', 'int64', 'int64', bytes, bytes, 'int64'])
  const fsmount = syscallOf(ffi, ['int64', 'int64', 'int64', 'int64'])
  const moveMount = syscallOf(ffi, ['int64', 'int64', bytes, 'int64', bytes, 'int64'])

  // Of one thread, as this module is. Collecting garbage, which any allocation may begin, sets errno too: it is read with nothing between,
  // and results that fit are declared as int, since a long would be allocated.
  const place = libc.__errno_location()
  let failure = 0
  const noting =
    <Arguments extends readonly unknown[]>(call: (...values: Arguments) => number) =>
    (...values: Arguments): number => {
      const result = call(...values)
      if (result < 0) failure = ffi.getInt32(place)
      return result
    }
  const [mount, llistxattr, lgetxattr, lsetxattr] = [
    noting(libc.mount),
    noting(libc.llistxattr),
    noting(libc.lgetxattr),
    noting(libc.lsetxattr),
  ]
  const [open, configure, make, move] = [noting(fsopen), noting(fsconfig), noting(fsmount), noting(moveMount)]
  return {
    unshare: noting(libc.unshare),
    mount: (source, target, type, flags, data) => mount(source, target, type, BigInt(flags), data),
    umount2: noting(libc.umount2),
    mknod: noting(libc.mknod),
    llistxattr: (path, list, size) => llistxattr(path, list, BigInt(size)),
    lgetxattr: (path, name, value, size) => lgetxattr(path, name, value, BigInt(size)),
    lsetxattr: (path, name, value, size, flags) => lsetxattr(path, name, value, BigInt(size), flags),
    lremovexattr: noting(libc.lremovexattr),
    utimensat: noting(libc.utimensat),
    flock: noting(libc.flock),
    fsopen: (type, flags) => open(SYS_fsopen, type, BigInt(flags)),
    fsconfig: (fd, command, key, value, aux) =>
      configure(SYS_fsconfig, BigInt(fd), BigInt(command), key, value, BigInt(aux)),
    fsmount: (fd, flags, attributes) => make(SYS_fsmount, BigInt(fd), BigInt(flags), BigInt(attributes)),
    moveMount: (from, fromPath, to, toPath, flags) =>
      move(SYS_move_mount, BigInt(from), fromPath, BigInt(to), toPath, BigInt(flags)),
    errno: () => failure,
  }
}

/** syscall(2) with the given types of its arguments, the number included. */
function syscallOf<const Arguments extends readonly ('int64' | 'pointer')[]>(ffi: Ffi, types: Arguments) {
  return ffi.dlopen(null, { syscall: { arguments: types, return: 'int32' } }).functions.syscall
}

let loaded: Calls | string | undefined

/** The calls, or a sentence saying why there are none. */
export function findCalls(): Calls | string {
  if (loaded !== undefined) return loaded
  try {
    loaded = declare(createRequire(import.meta.url)('node:ffi') as Ffi)
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n')[0] : String(error)
    loaded = `this Node has no foreign function interface (${problem}); take an official build of Node 26.1 or newer`
  }
  return loaded
}

/** The calls; faults with `kernel.unable`. */
export function getCalls(): Calls {
  const calls = findCalls()
  if (typeof calls === 'string') throw new Fault('kernel.unable', calls)
  return calls
}

/** A path or text as C takes it. */
export function cString(text: HostPath): Buffer {
  if (typeof text !== 'string') return Buffer.concat([text, Buffer.of(0)])
  const terminated = `${text}\0`
  return terminated.isWellFormed() ? Buffer.from(terminated) : pathBytes(terminated)
}

/** The name of the error the last call left, such as `EPERM`. */
export function lastError(calls: Calls): string {
  return getSystemErrorName(-calls.errno())
}

const meanings: Readonly<Record<string, string>> = {
  EPERM: 'not permitted',
  EACCES: 'permission denied',
  ENOENT: 'no such file or directory',
  EEXIST: 'exists already',
  EINVAL: 'the kernel does not accept it',
  ENOSYS: 'this kernel has no such call',
  ENODEV: 'this kernel lacks that kind of file system',
  EOPNOTSUPP: 'not supported by this file system',
  ENOTSUP: 'not supported by this file system',
  ENOSPC: 'no space left',
  EBUSY: 'busy',
}

/** A refusal of the kernel as a fault. */
export function refused(what: string, errno: string): Fault {
  const meaning = meanings[errno]
  return new Fault('kernel.refused', `${what}: ${meaning === undefined ? errno : `${meaning} (${errno})`}`, {
    data: { errno },
  })
}
