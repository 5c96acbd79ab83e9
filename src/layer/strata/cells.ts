// What a cell holds, read from the columns of its layer; and how two cells differ. A hard link is asked for the file it leads to.
import { type Digest, digestOfHex } from '../../core/index.ts'
import { rowFlags } from '../columns.ts'
import type { Entry, FileEntry } from '../entry.ts'
import { entryAt, linkAt } from '../row-entry.ts'
import { cellNumber, isDirectoryKind, nowhere, type Strata } from './strata.ts'

/** `mtime` in nanoseconds since the epoch. */
export interface CellMeta {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: bigint
}

const impliedMeta: CellMeta = { mode: 0o755, uid: 0, gid: 0, mtime: 0n }

export function cellMeta(strata: Strata, cell: number): CellMeta {
  const at = strata.inode[cell]!
  const row = at === nowhere ? nowhere : strata.row[at]!
  if (row === nowhere) return impliedMeta
  const { mode, uid, gid, mtime } = strata.layers[strata.layer[at]!]!
  return { mode: mode[row]!, uid: uid[row]!, gid: gid[row]!, mtime: mtime[row]! }
}

/** Where a symlink or a hard link points to, as its layer says it. */
export function cellTarget({ layers, layer, row, kind }: Strata, cell: number): string | undefined {
  if (kind[cell] !== cellNumber.symlink && kind[cell] !== cellNumber.hardlink) return undefined
  return linkAt(layers[layer[cell]!]!, row[cell]!)
}

/** The digest of a file's content, where it is known. */
export function cellDigest(strata: Strata, cell: number): Digest | undefined {
  const bytes = digestBytes(strata, cell)
  return bytes === undefined ? undefined : digestOfHex(Buffer.from(bytes).toString('hex'))
}

/** The 32 bytes of the digest of a file's content, where it is known. */
export function digestBytes(
  { layers, layer, row, kind, inode }: Strata,
  cell: number,
): Uint8Array | undefined {
  const at = inode[cell]!
  if (at === nowhere || kind[at] !== cellNumber.file) return undefined
  const { digest, flags } = layers[layer[at]!]!
  const start = row[at]! * 32
  return (flags[row[at]!]! & rowFlags.digest) === 0 ? undefined : digest.subarray(start, start + 32)
}

/** The file behind a cell, to read it; `undefined` for what has no content. */
export function cellFile({ layers, layer, row, kind, inode }: Strata, cell: number): FileEntry | undefined {
  const at = inode[cell]!
  if (at === nowhere || kind[at] !== cellNumber.file) return undefined
  const entry: Entry = entryAt(layers[layer[at]!]!, row[at]!)
  return entry.kind === 'file' ? entry : undefined
}

export type CellChange = 'none' | 'attributes' | 'content'

/** What distinguishes two cells. Directories have no content; an implied one has no attributes of its own either. */
export function compareCells(strata: Strata, a: number, b: number): CellChange {
  const { kind, inode } = strata
  if (a === b) return 'none'
  const [x, y] = [inode[a]!, inode[b]!]
  if (x === y) return 'none'
  if (x === nowhere || y === nowhere) return 'content'
  if (isDirectoryKind(kind[x]!) && isDirectoryKind(kind[y]!)) {
    if (kind[x] === cellNumber.implied || kind[y] === cellNumber.implied) return 'none'
  } else if (kind[x] !== kind[y] || !sameContent(strata, x, y)) return 'content'
  return sameAttributes(strata, x, y) ? 'none' : 'attributes'
}

function sameContent(strata: Strata, a: number, b: number): boolean {
  const { layers, layer, row, kind } = strata
  const [one, other] = [layers[layer[a]!]!, layers[layer[b]!]!]
  const [i, j] = [row[a]!, row[b]!]
  switch (kind[a]) {
    case cellNumber.file:
      return one.size[i] === other.size[j] && sameDigest(strata, a, b)
    case cellNumber.symlink:
      return linkAt(one, i) === linkAt(other, j)
    case cellNumber.char:
    case cellNumber.block:
      return one.size[i] === other.size[j] && one.offset[i] === other.offset[j]
    default:
      return true
  }
}

/** Whether both are files of the same, known content. */
export function sameDigest(strata: Strata, a: number, b: number): boolean {
  const x = digestBytes(strata, a)
  const y = digestBytes(strata, b)
  return x !== undefined && y !== undefined && Buffer.compare(x, y) === 0
}

function sameAttributes({ layers, layer, row }: Strata, a: number, b: number): boolean {
  const [one, other] = [layers[layer[a]!]!, layers[layer[b]!]!]
  const [i, j] = [row[a]!, row[b]!]
  if (one.mode[i] !== other.mode[j] || one.uid[i] !== other.uid[j] || one.gid[i] !== other.gid[j])
    return false
  if (one.mtime[i] !== other.mtime[j]) return false
  const [x, y] = [one.xattr[i]!, other.xattr[j]!]
  if (x === 0 || y === 0) return x === y
  return (
    Buffer.compare(
      one.xattrs.subarray(one.xattrEnd[x - 1]!, one.xattrEnd[x]!),
      other.xattrs.subarray(other.xattrEnd[y - 1]!, other.xattrEnd[y]!),
    ) === 0
  )
}

/** Device numbers as `major:minor`, of what is a device. */
export function deviceNumbers({ layers, layer, row, kind }: Strata, cell: number): string | undefined {
  if (kind[cell] !== cellNumber.char && kind[cell] !== cellNumber.block) return undefined
  const { offset, size } = layers[layer[cell]!]!
  return `${offset[row[cell]!]}:${size[row[cell]!]}`
}

/** The extended attributes as text, in the order of their names; empty where there are none. */
export function cellXattrs(strata: Strata, cell: number): string {
  const at = strata.inode[cell]!
  if (at === nowhere || strata.row[at] === nowhere) return ''
  const entry = entryAt(strata.layers[strata.layer[at]!]!, strata.row[at]!)
  const xattrs = 'meta' in entry ? entry.meta.xattrs : undefined
  return [...(xattrs ?? [])]
    .map(([name, value]) => `${name}=0x${Buffer.from(value).toString('hex')}`)
    .join(' ')
}
