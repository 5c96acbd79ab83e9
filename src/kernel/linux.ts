// Linux behind the interface. Abilities are probed by doing the thing once in the scratch directory, on first look.
import fs from 'node:fs'
import os from 'node:os'
import { cString, getCalls, lastError, refused } from './calls.ts'
import type { DeviceNode, HostPath, Kernel, Lock } from './kernel.ts'
import {
  attach,
  bindMount,
  createMount,
  erofsParameters,
  mountTmpfs,
  overlayParameters,
  unmount,
  unshareMounts,
} from './mounts.ts'
import { lazyAbilities } from './probe.ts'
import { readXattrs, removeXattr, writeXattr } from './xattrs.ts'

const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const LOCK_SH = 1
const LOCK_EX = 2
const LOCK_NB = 4
const S_IFIFO = 0o010000
const S_IFCHR = 0o020000
const S_IFBLK = 0o060000
/** fs/overlayfs: OVL_MAX_STACK. */
const overlayLimit = 500

let unshared = false

export function openLinux(scratch: string | undefined): Kernel {
  const kernel: Kernel = {
    can: lazyAbilities(() => scratch ?? os.tmpdir()),
    overlayLimit,
    privateMounts: () => {
      if (unshared) return
      unshareMounts()
      unshared = true
    },
    mountErofs: (image, target, devices) =>
      attach(createMount(`mount ${image}`, erofsParameters(image, devices)), target),
    mountOverlay: (target, layers) =>
      attach(createMount(`mount an overlay on ${target}`, overlayParameters(layers)), target),
    bind: bindMount,
    mountTmpfs,
    unmount,
    makeNode,
    readXattrs,
    writeXattr,
    removeXattr,
    writeTimes,
    lock,
  }
  return kernel
}

function makeNode(path: HostPath, node: DeviceNode): void {
  const calls = getCalls()
  const type = node.kind === 'fifo' ? S_IFIFO : node.kind === 'char' ? S_IFCHR : S_IFBLK
  const device = node.kind === 'fifo' ? 0n : deviceNumber(node.major, node.minor)
  if (calls.mknod(cString(path), type | node.mode, device) < 0)
    throw refused(`make the ${node.kind === 'fifo' ? 'fifo' : 'device'} ${path}`, lastError(calls))
}

/** How the C library packs major and minor into a dev_t (sys/sysmacros.h). */
function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)]
  return (
    ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn)
  )
}

function writeTimes(path: HostPath, mtime: bigint): void {
  const calls = getCalls()
  const seconds = BigInt.asIntN(
    64,
    (mtime - (((mtime % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n,
  )
  const times = new BigInt64Array([
    seconds,
    mtime - seconds * 1_000_000_000n,
    seconds,
    mtime - seconds * 1_000_000_000n,
  ])
  if (calls.utimensat(AT_FDCWD, cString(path), new Uint8Array(times.buffer), AT_SYMLINK_NOFOLLOW) < 0)
    throw refused(`set the times of ${path}`, lastError(calls))
}

function lock(path: string, mode: 'shared' | 'exclusive', patience: 'try' | 'wait'): Lock | undefined {
  const calls = getCalls()
  const fd = fs.openSync(path, 'a')
  const operation = (mode === 'shared' ? LOCK_SH : LOCK_EX) | (patience === 'try' ? LOCK_NB : 0)
  while (calls.flock(fd, operation) < 0) {
    const errno = lastError(calls)
    if (errno === 'EINTR') continue
    fs.closeSync(fd)
    if (errno === 'EAGAIN' || errno === 'EWOULDBLOCK') return undefined
    throw refused(`lock ${path}`, errno)
  }
  let held = true
  return {
    path,
    [Symbol.dispose]: () => {
      if (held) fs.closeSync(fd)
      held = false
    },
  }
}
