// Mounting, through the mount calls of Linux 5.2 (fsopen and its kin): they take one parameter at a time, so neither a comma in a path
// nor the one-page limit of mount(2)'s option string is in the way. A mount made so is detached until `attach`; closing it undoes it.
import fs from 'node:fs'
import { type Calls, cString, getCalls, lastError, refused } from './calls.ts'
import type { OverlayLayers } from './kernel.ts'

// uapi/linux/mount.h
const FSOPEN_CLOEXEC = 1
const FSMOUNT_CLOEXEC = 1
const FSCONFIG_SET_FLAG = 0
const FSCONFIG_SET_STRING = 1
const FSCONFIG_CMD_CREATE = 6
const MOUNT_ATTR_RDONLY = 1
const MOVE_MOUNT_F_EMPTY_PATH = 4
const AT_FDCWD = -100
const MS_RDONLY = 1
const MS_REMOUNT = 0x20
const MS_BIND = 0x1000
const MS_REC = 0x4000
const MS_PRIVATE = 0x40000
const MNT_DETACH = 2
const CLONE_NEWNS = 0x20000

/** fsconfig(2) takes strings of up to 255 bytes; a longer or oddly named path is named by way of a descriptor. */
const longestString = 255

export interface Parameters {
  readonly type: string
  readonly access: 'writable' | 'readonly'
  /** In order; a path is given as `{ path }`, a flag as `true`. */
  readonly values: readonly (readonly [string, string | true | { readonly path: string }])[]
}

/** Makes a detached mount and gives its descriptor; closing it without `attach` leaves nothing behind. */
export function createMount(what: string, parameters: Parameters): number {
  const calls = getCalls()
  const context = calls.fsopen(cString(parameters.type), FSOPEN_CLOEXEC)
  if (context < 0) throw refused(what, lastError(calls))
  const held: number[] = []
  try {
    const configure = (command: number, key: string | null, value: string | null) => {
      const name = key === null ? null : cString(key)
      const text = value === null ? null : cString(value)
      if (calls.fsconfig(context, command, name, text, 0) < 0) throw explained(calls, what, context)
    }
    if (parameters.access === 'readonly') configure(FSCONFIG_SET_FLAG, 'ro', null)
    for (const [key, value] of parameters.values) {
      if (value === true) configure(FSCONFIG_SET_FLAG, key, null)
      else configure(FSCONFIG_SET_STRING, key, typeof value === 'string' ? value : named(value.path, held))
    }
    configure(FSCONFIG_CMD_CREATE, null, null)
    const attributes = parameters.access === 'readonly' ? MOUNT_ATTR_RDONLY : 0
    const mount = calls.fsmount(context, FSMOUNT_CLOEXEC, attributes)
    if (mount < 0) throw explained(calls, what, context)
    return mount
  } finally {
    for (const fd of held) fs.closeSync(fd)
    fs.closeSync(context)
  }
}

function named(path: string, held: number[]): string {
  if (Buffer.byteLength(path) <= longestString && !path.includes('\\')) return path
  const fd = fs.openSync(path, 'r')
  held.push(fd)
  return `/proc/self/fd/${fd}`
}

/** The kernel's own words about a failed context, read from its descriptor, are better than an errno. */
function explained(calls: Calls, what: string, context: number) {
  const errno = lastError(calls)
  const buffer = Buffer.alloc(1024)
  const lines: string[] = []
  try {
    for (;;) {
      const length = fs.readSync(context, buffer)
      if (length === 0) break
      const line = buffer.toString('utf8', 0, length).trim()
      if (/^[ew] /.test(line)) lines.push(line.slice(2))
    }
  } catch {
    // ENODATA: no more messages
  }
  return refused(lines.length === 0 ? what : `${what}: ${lines.join('; ')}`, errno)
}

/** Puts a detached mount in its place and closes the descriptor. */
export function attach(mount: number, target: string): void {
  const calls = getCalls()
  try {
    const empty = cString('')
    const done = calls.moveMount(mount, empty, AT_FDCWD, cString(target), MOVE_MOUNT_F_EMPTY_PATH)
    if (done < 0) throw refused(`mount on ${target}`, lastError(calls))
  } finally {
    fs.closeSync(mount)
  }
}

export function erofsParameters(image: string, devices: readonly string[]): Parameters {
  const slots = devices.map((path) => ['device', { path }] as const)
  return { type: 'erofs', access: 'readonly', values: [['source', { path: image }], ...slots] }
}

// Documentation/filesystems/overlayfs.rst: `lowerdir+` (6.7) adds one layer below those before it.
export function overlayParameters({ lowers, upper }: OverlayLayers): Parameters {
  return {
    type: 'overlay',
    access: upper === undefined ? 'readonly' : 'writable',
    values: [
      ['source', 'overlay'],
      ...lowers.map((path) => ['lowerdir+', { path }] as const),
      ...(upper === undefined
        ? []
        : ([
            ['upperdir', { path: upper.directory }],
            ['workdir', { path: upper.work }],
          ] as const)),
      ['redirect_dir', upper === undefined ? 'nofollow' : 'off'],
      ['metacopy', 'off'],
      ['index', 'off'],
    ],
  }
}

function classicMount(
  what: string,
  [source, target, type]: readonly [string | null, string, string | null],
  { flags, data }: { flags: number; data?: string },
): void {
  const calls = getCalls()
  const text = (value: string | null | undefined) => (value == null ? null : cString(value))
  if (calls.mount(text(source), text(target), text(type), flags, text(data)) < 0)
    throw refused(what, lastError(calls))
}

export function bindMount(source: string, target: string, access: 'writable' | 'readonly'): void {
  const what = `bind ${source} to ${target}`
  classicMount(what, [source, target, null], { flags: MS_BIND | MS_REC })
  if (access === 'readonly')
    classicMount(what, [null, target, null], { flags: MS_BIND | MS_REMOUNT | MS_RDONLY })
}

export function mountTmpfs(target: string, { size, mode }: { size?: number; mode?: number }): void {
  const options = [
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ]
  classicMount(`mount a tmpfs on ${target}`, ['tmpfs', target, 'tmpfs'], {
    flags: 0,
    data: options.join(','),
  })
}

export function unmount(target: string): void {
  const calls = getCalls()
  if (calls.umount2(cString(target), MNT_DETACH) === 0) return
  const errno = lastError(calls)
  if (errno !== 'EINVAL' && errno !== 'ENOENT') throw refused(`unmount ${target}`, errno)
}

export function unshareMounts(): void {
  const calls = getCalls()
  if (calls.unshare(CLONE_NEWNS) < 0) throw refused('make a private mount namespace', lastError(calls))
  classicMount('make the mounts private', [null, '/', null], { flags: MS_REC | MS_PRIVATE })
}
