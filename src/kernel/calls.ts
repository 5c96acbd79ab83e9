// The system calls themselves, through koffi, which is loaded at the first call and not before (it takes some 15 ms). Structures are
// passed as bytes; calls that old C libraries lack go through syscall(2), by numbers that x86_64 and arm64 share (424 and up).
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import { Fault, pathBytes } from '../core/index.ts'
import type { HostPath } from './kernel.ts'

type Koffi = typeof import('koffi')
type Bytes = Uint8Array | null

export interface Calls {
  unshare(flags: number): number
  mount(source: Bytes, target: Bytes, type: Bytes, flags: number, data: Bytes): number
  umount2(target: Bytes, flags: number): number
  mknod(path: Bytes, mode: number, device: number | bigint): number
  llistxattr(path: Bytes, list: Bytes, size: number): number
  lgetxattr(path: Bytes, name: Bytes, value: Bytes, size: number): number
  lsetxattr(path: Bytes, name: Bytes, value: Bytes, size: number, flags: number): number
  lremovexattr(path: Bytes, name: Bytes): number
  utimensat(directory: number, path: Bytes, times: Bytes, flags: number): number
  flock(fd: number, operation: number): number
  fsopen(number: number, type: Bytes, flags: number): number
  fsconfig(number: number, fd: number, command: number, key: Bytes, value: Bytes, aux: number): number
  fsmount(number: number, fd: number, flags: number, attributes: number): number
  moveMount(number: number, from: number, fromPath: Bytes, to: number, toPath: Bytes, flags: number): number
  errno(): number
}

function declare(koffi: Koffi): Calls {
  const libc = koffi.load(null)
  const int = 'int'
  const long = 'long'
  const bytes = 'const uint8_t *'
  return {
    unshare: libc.func('unshare', int, [int]),
    mount: libc.func('mount', int, [bytes, bytes, bytes, 'ulong', bytes]),
    umount2: libc.func('umount2', int, [bytes, int]),
    mknod: libc.func('mknod', int, [bytes, 'uint', 'uint64_t']),
    llistxattr: libc.func('llistxattr', long, [bytes, 'uint8_t *', 'size_t']),
    lgetxattr: libc.func('lgetxattr', long, [bytes, bytes, 'uint8_t *', 'size_t']),
    lsetxattr: libc.func('lsetxattr', int, [bytes, bytes, bytes, 'size_t', int]),
    lremovexattr: libc.func('lremovexattr', int, [bytes, bytes]),
    utimensat: libc.func('utimensat', int, [int, bytes, bytes, int]),
    flock: libc.func('flock', int, [int, int]),
    fsopen: libc.func('syscall', long, [long, bytes, long]),
    fsconfig: libc.func('syscall', long, [long, long, long, bytes, bytes, long]),
    fsmount: libc.func('syscall', long, [long, long, long, long]),
    moveMount: libc.func('syscall', long, [long, long, bytes, long, bytes, long]),
    errno: () => koffi.errno(),
  }
}

let loaded: Calls | string | undefined

/** The calls, or a sentence saying why there are none. */
export function findCalls(): Calls | string {
  if (loaded !== undefined) return loaded
  try {
    loaded = declare(createRequire(import.meta.url)('koffi') as Koffi)
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n')[0] : String(error)
    loaded = `the optional package koffi does not load here (${problem}); install Peel's optional dependencies`
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
