// The columns of a layer index: what the file holds and what `LayerIndex` is a dress of.
import type { DiffId } from '../core/index.ts'

/** Kinds as they stand in the `kind` column; part of the file format. */
export const rowKinds = [
  'whiteout',
  'file',
  'directory',
  'symlink',
  'hardlink',
  'char',
  'block',
  'fifo',
  'opaque',
] as const
export type RowKind = (typeof rowKinds)[number]
export const kindNumber = Object.fromEntries(rowKinds.map((kind, number) => [kind, number])) as Readonly<
  Record<RowKind, number>
>

/** Bits of the `flags` column: the name is ASCII, the content digest is known, the file is sparse. */
export const rowFlags = { ascii: 1, digest: 2, sparse: 4 } as const

/** The columns; docs/formats/layer-index.md says what each holds. `…End[i]` is where item `i` starts, `…End[i + 1]` where it ends. */
export interface Columns {
  readonly diffId: DiffId
  readonly tarSize: number
  readonly contentSize: number
  readonly length: number
  readonly mtime: BigInt64Array
  readonly size: Float64Array
  readonly offset: Float64Array
  readonly extents: Float64Array
  readonly uid: Uint32Array
  readonly gid: Uint32Array
  readonly link: Uint32Array
  readonly xattr: Uint32Array
  readonly nameEnd: Uint32Array
  readonly linkEnd: Uint32Array
  readonly xattrEnd: Uint32Array
  readonly extentEnd: Uint32Array
  readonly mode: Uint16Array
  readonly kind: Uint8Array
  readonly flags: Uint8Array
  readonly digest: Uint8Array
  readonly names: Uint8Array
  readonly links: Uint8Array
  readonly xattrs: Uint8Array
}
