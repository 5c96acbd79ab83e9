// Secrets for a run: bytes put in files of a tmpfs that only this process and its children can see, so that they reach no disk and end with
// the process however it ends. Synchronous calls, because threads that ran before the private mounts do not see them.
import fs from 'node:fs'
import path from 'node:path'
import type { Kernel } from '../kernel/index.ts'
import type { RunMount } from './spec.ts'

export interface MountedFiles extends Disposable {
  /** For each `file` mount the file that holds its bytes. */
  readonly files: ReadonlyMap<RunMount, string>
}

/** Writes the `file` mounts among `mounts`; disposing takes them away. Faults as the kernel does. */
export function mountFiles(kernel: Kernel, directory: string, mounts: readonly RunMount[]): MountedFiles {
  const files = new Map<RunMount, string>()
  if (!mounts.some((mount) => mount.type === 'file')) return { files, [Symbol.dispose]: () => {} }
  kernel.privateMounts()
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  kernel.mountTmpfs(directory, { mode: 0o700 })
  const dispose = () => {
    kernel.unmount(directory)
    fs.rmSync(directory, { recursive: true, force: true })
  }
  try {
    for (const [number, mount] of mounts.entries()) {
      if (mount.type !== 'file') continue
      const file = path.join(directory, String(number))
      fs.writeFileSync(file, mount.bytes, { mode: 0o600, flag: 'wx' })
      fs.chownSync(file, mount.uid, mount.gid)
      fs.chmodSync(file, mount.mode)
      files.set(mount, file)
    }
  } catch (error) {
    dispose()
    throw error
  }
  return { files, [Symbol.dispose]: dispose }
}
