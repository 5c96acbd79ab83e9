// What tells that a file is the one that it was: as long as its stamp is the same, so are content, mode, attributes and link target, since
// each of these changes the ctime.
import type * as fs from 'node:fs'

/** Times in milliseconds since the epoch. */
export type Stamp = readonly [size: number, mtime: number, ctime: number, inode: number]

/** Numbers in a stamp. */
export const stampLength = 4

export function stampOf(info: Pick<fs.Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>): Stamp {
  return [info.size, info.mtimeMs, info.ctimeMs, info.ino]
}

/** Whether the stamp stands in row `row` of a list of stamps. */
export function isStampAt(stamp: Stamp, stamps: Float64Array, row: number): boolean {
  const at = row * stampLength
  return (
    stamp[0] === stamps[at] &&
    stamp[1] === stamps[at + 1] &&
    stamp[2] === stamps[at + 2] &&
    stamp[3] === stamps[at + 3]
  )
}

/** Kernel timestamps can lag by a clock tick; two seconds also covers file systems with coarse times. */
const settling = 2000

/** Whether a file with the stamp, seen at `now`, will show its next change by another stamp. */
export function isSettled([, mtime, ctime]: Stamp, now: number): boolean {
  return Math.max(mtime, ctime) + settling < now
}
