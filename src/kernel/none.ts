// The kernel of a machine that offers nothing beyond Node: every ability is the given sentence. Locks still work, less well: they are
// files that name their holder.
import fs from 'node:fs'
import { Fault } from '../core/index.ts'
import type { Kernel, Lock } from './kernel.ts'

/** `reason`: a sentence saying why nothing can be done here. */
export function openNone(reason: string): Kernel {
  const refuse = (): never => {
    throw new Fault('kernel.unable', reason)
  }
  return {
    can: {
      'mount-erofs-file': reason,
      'mount-overlay': reason,
      'private-mounts': reason,
      'device-nodes': reason,
      xattrs: reason,
      reflink: reason,
    },
    overlayLimit: 0,
    privateMounts: refuse,
    mountErofs: refuse,
    mountOverlay: refuse,
    bind: refuse,
    mountTmpfs: refuse,
    unmount: refuse,
    makeNode: refuse,
    readXattrs: () => undefined,
    writeXattr: refuse,
    removeXattr: () => {},
    writeTimes: (path, mtime) => {
      const seconds = Number(mtime / 1000n) / 1e6
      fs.lutimesSync(path, seconds, seconds)
    },
    lock: lockFile,
  }
}

function lockFile(path: string, _mode: 'shared' | 'exclusive', patience: 'try' | 'wait'): Lock | undefined {
  const holderPath = `${path}.holder`
  for (;;) {
    try {
      fs.writeFileSync(holderPath, String(process.pid), { flag: 'wx' })
      return { path, [Symbol.dispose]: () => fs.rmSync(holderPath, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (isDead(holderPath)) fs.rmSync(holderPath, { force: true })
    else if (patience === 'try') return undefined
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}

function isDead(holderPath: string): boolean {
  try {
    const holder = Number(fs.readFileSync(holderPath, 'utf8'))
    if (!Number.isInteger(holder) || holder <= 0) return false
    process.kill(holder, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
