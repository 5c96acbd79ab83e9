// xattrs as they stand behind an inode. EROFS writes the first part of a name as a number and knows these six; a name with another
// first part has no place and is left out.
import { pathBytes } from '../../core/index.ts'

// fs/erofs/erofs_fs.h: EROFS_XATTR_INDEX_*. The two ACL names are whole names: nothing comes after them.
const prefixes: readonly (readonly [string, number])[] = [
  ['user.', 1],
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
  ['trusted.', 4],
  ['security.', 6],
]
const headerSize = 12

/** The inline body of an inode's xattrs, or nothing when there are none to write. */
export function packXattrs(xattrs: ReadonlyMap<string, Uint8Array> | undefined): Buffer | undefined {
  if (xattrs === undefined || xattrs.size === 0) return undefined
  const parts: Buffer[] = [Buffer.alloc(headerSize)]
  for (const [name, value] of [...xattrs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const prefix = prefixes.find(([text]) => name.startsWith(text))
    if (prefix === undefined) continue
    const [text, index] = prefix
    const rest = pathBytes(name.slice(text.length))
    if (rest.length > 255 || value.length > 0xffff) continue
    if ((rest.length === 0) !== text.startsWith('system.')) continue
    const entry = Buffer.alloc(Math.ceil((4 + rest.length + value.length) / 4) * 4)
    entry[0] = rest.length
    entry[1] = index
    entry.writeUInt16LE(value.length, 2)
    rest.copy(entry, 4)
    entry.set(value, 4 + rest.length)
    parts.push(entry)
  }
  return parts.length === 1 ? undefined : Buffer.concat(parts)
}

/** What goes into an inode's `i_xattr_icount` for a body of that many bytes. */
export function xattrCount(body: Buffer | undefined): number {
  return body === undefined ? 0 : (body.length - headerSize) / 4 + 1
}
