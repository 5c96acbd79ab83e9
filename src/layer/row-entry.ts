// Making entries of rows.
import { type Digest, digestOfHex, pathBytes, pathText, type RootPath } from '../core/index.ts'
import { type Columns, rowFlags, rowKinds } from './columns.ts'
import type { Content, Entry, Extent, Meta } from './entry.ts'
import { pathAt } from './row-search.ts'

/** The change in a row; a file's content is in the layer's tar. */
export function entryAt(columns: Columns, row: number): Entry {
  const path = pathAt(columns, row)
  const kind = rowKinds[columns.kind[row]!]!
  switch (kind) {
    case 'whiteout':
    case 'opaque':
      return { kind, path }
    case 'hardlink':
      return { kind, path, target: linkAt(columns, row) as RootPath }
    case 'symlink':
      return { kind, path, meta: metaAt(columns, row), target: linkAt(columns, row) }
    case 'directory':
    case 'fifo':
      return { kind, path, meta: metaAt(columns, row) }
    case 'char':
    case 'block': {
      const major = columns.offset[row]!
      const minor = columns.size[row]!
      return { kind: 'device', path, meta: metaAt(columns, row), device: kind, major, minor }
    }
    case 'file': {
      const meta = metaAt(columns, row)
      const content = contentAt(columns, row)
      return { kind, path, meta, size: columns.size[row]!, content, digest: digestAt(columns, row) }
    }
  }
}

function metaAt(columns: Columns, row: number): Meta {
  const mode = columns.mode[row]!
  const uid = columns.uid[row]!
  const gid = columns.gid[row]!
  const mtime = columns.mtime[row]!
  const set = columns.xattr[row]!
  if (set === 0) return { mode, uid, gid, mtime }
  const { xattrEnd, xattrs } = columns
  return { mode, uid, gid, mtime, xattrs: parseXattrs(xattrs.subarray(xattrEnd[set - 1]!, xattrEnd[set]!)) }
}

export function linkAt({ link, linkEnd, links }: Columns, row: number): string {
  const item = link[row]!
  return pathText(links.subarray(linkEnd[item]!, linkEnd[item + 1]!))
}

function digestAt({ digest, flags }: Columns, row: number): Digest | undefined {
  if ((flags[row]! & rowFlags.digest) === 0) return undefined
  return digestOfHex(Buffer.from(digest.buffer, digest.byteOffset + row * 32, 32).toString('hex'))
}

function contentAt(columns: Columns, row: number): Content {
  const layer = columns.diffId
  if ((columns.flags[row]! & rowFlags.sparse) === 0)
    return { in: 'layer', layer, offset: columns.offset[row]! }
  const item = columns.link[row]!
  const extents: Extent[] = []
  for (let i = columns.extentEnd[item]!; i < columns.extentEnd[item + 1]!; i++) {
    const [at, offset, length] = columns.extents.subarray(i * 3, i * 3 + 3) as unknown as [
      number,
      number,
      number,
    ]
    extents.push({ at, offset, length })
  }
  return { in: 'sparse', layer, extents }
}

/** The bytes of an xattr set: for each, in name order, a 32-bit length and the name, a 32-bit length and the value. */
export function printXattrs(xattrs: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  const named = [...xattrs].map(([name, value]) => [pathBytes(name), value] as const)
  named.sort((a, b) => Buffer.compare(a[0], b[0]))
  for (const part of named.flat()) {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(part.length)
    parts.push(length, part)
  }
  return Buffer.concat(parts)
}

function parseXattrs(bytes: Uint8Array): Map<string, Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const parts: Uint8Array[] = []
  for (let at = 0; at + 4 <= buffer.length; ) {
    const end = at + 4 + buffer.readUInt32LE(at)
    parts.push(Uint8Array.from(buffer.subarray(at + 4, end)))
    at = end
  }
  const xattrs = new Map<string, Uint8Array>()
  for (let i = 0; i + 1 < parts.length; i += 2) xattrs.set(pathText(parts[i]!), parts[i + 1]!)
  return xattrs
}
