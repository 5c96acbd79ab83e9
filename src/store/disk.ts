// How much room things take.
import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** Bytes of a file, or of all files below a directory (a name with several links counts once); 0 where there is nothing. */
export function sizeOf(file: string): number {
  const seen = new Set<string>()
  const measure = (at: string): number => {
    const stat = lstatSync(at, { throwIfNoEntry: false })
    if (stat === undefined) return 0
    if (stat.isDirectory())
      return readdirSync(at).reduce((sum, name) => sum + measure(path.join(at, name)), 0)
    if (stat.nlink > 1) {
      const inode = `${stat.dev}:${stat.ino}`
      if (seen.has(inode)) return 0
      seen.add(inode)
    }
    return stat.size
  }
  return measure(file)
}
