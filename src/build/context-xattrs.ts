// Extended attributes of context files, as far as an image takes them: what users set and the capabilities of programs. The rest is this
// machine's own (labels of SELinux, marks of overlayfs, access lists) and means nothing elsewhere.
import { isFault } from '../core/index.ts'
import type { HostPath, Kernel } from '../kernel/index.ts'

export type Xattrs = ReadonlyMap<string, Uint8Array>

const entering = ['user.', 'security.capability']

/** Reads the attributes of a file of a context that go into an image; `undefined` where there are none. */
export type ReadXattrs = (path: HostPath) => Xattrs | undefined

/** Where the system calls are missing (see `Kernel.can`), files have none. */
export function contextXattrs(kernel: Kernel): ReadXattrs {
  let able = true
  return (path) => {
    if (!able) return undefined
    try {
      return taken(kernel.readXattrs(path))
    } catch (thrown) {
      if (!isFault(thrown) || thrown.code !== 'kernel.unable') throw thrown
      able = false
      return undefined
    }
  }
}

function taken(all: Xattrs | undefined): Xattrs | undefined {
  if (all === undefined) return undefined
  const found = new Map([...all].filter(([name]) => entersImage(name)))
  return found.size === 0 ? undefined : found
}

function entersImage(name: string): boolean {
  return entering.some((pattern) => matchXattr(pattern, name))
}

/** Whether a pattern means the attribute: one that ends in a dot means all that begin with it, any other one name. */
export function matchXattr(pattern: string, name: string): boolean {
  return pattern.endsWith('.') ? name.startsWith(pattern) : name === pattern
}
