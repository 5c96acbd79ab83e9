// How overlayfs writes removals down; no other file spells these names (Documentation/filesystems/overlayfs.rst).
import type { BigIntStats } from 'node:fs'

/** The xattr of an opaque directory; its value is `y`. */
export const opaqueXattr = 'trusted.overlay.opaque'

const prefix = 'trusted.overlay.'

/** A whiteout is a character device numbered 0:0. */
export function isWhiteout(stat: BigIntStats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0n
}

/** Splits a file's xattrs into what overlayfs says with them and what is the file's own. */
export function splitXattrs(xattrs: Map<string, Uint8Array> | undefined): {
  readonly own: ReadonlyMap<string, Uint8Array> | undefined
  readonly opaque: boolean
} {
  if (xattrs === undefined) return { own: undefined, opaque: false }
  const mark = xattrs.get(opaqueXattr)
  const opaque = mark !== undefined && Buffer.from(mark).toString('latin1') === 'y'
  const own = new Map([...xattrs].filter(([name]) => !name.startsWith(prefix)))
  return { own: own.size === 0 ? undefined : own, opaque }
}
