// Takes mounted directories away a little later. Unmounting an overlay waits several milliseconds for the kernel, time in which the next
// command can already run; so what is disposed of is laid aside, and cleared when this thread next has nothing to do.
import fs from 'node:fs'
import type { Kernel } from '../kernel/index.ts'

export interface Retired extends Disposable {
  /** Unmounts `root`, then removes `directory`, soon; at the latest when this is disposed of. */
  add(root: string, directory: string): void
}

/** Long enough for whatever the caller does next to have begun. */
const milliseconds = 5

export function openRetired(kernel: Kernel): Retired {
  const waiting: { readonly root: string; readonly directory: string }[] = []
  let timer: NodeJS.Timeout | undefined
  const clear = () => {
    clearTimeout(timer)
    timer = undefined
    for (const { root, directory } of waiting.splice(0)) {
      kernel.unmount(root)
      fs.rmSync(directory, { recursive: true, force: true })
    }
  }
  return {
    add(root, directory) {
      waiting.push({ root, directory })
      timer ??= setTimeout(clear, milliseconds).unref()
    },
    [Symbol.dispose]: clear,
  }
}
