// Stores of the tools stand on an ext4 volume of their own: fresh, journaled and without the traces of earlier runs, since creating
// files shortly after deleting many can cost ten times as much. Where no volume can be mounted, a plain directory has to do.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { run } from './shell.ts'

export interface Volume extends Disposable {
  readonly path: string
  readonly kind: 'ext4 volume' | 'directory'
  /** Empties it by making the file system anew. */
  fresh(): void
}

export function openVolume(directory: string): Volume {
  const image = `${directory}.img`
  fs.mkdirSync(directory, { recursive: true })
  const unmount = (): void => {
    run({ argv: ['umount', directory] })
  }
  let mounted = false
  const mount = (): void => {
    fs.rmSync(image, { force: true })
    run({ argv: ['truncate', '-s', '12G', image] })
    run({ argv: ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', image] })
    run({ argv: ['mount', '-o', 'loop,noinit_itable', image, directory] })
    mounted = true
  }
  try {
    mount()
  } catch {
    const plain = path.join(directory, 'plain')
    return {
      path: plain,
      kind: 'directory',
      fresh: () => fs.rmSync(plain, { recursive: true, force: true }),
      [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
    }
  }
  return {
    path: directory,
    kind: 'ext4 volume',
    fresh() {
      unmount()
      mounted = false
      mount()
    },
    [Symbol.dispose]: () => {
      if (mounted) unmount()
      fs.rmSync(image, { force: true })
    },
  }
}
