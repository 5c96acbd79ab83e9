// Collects the changes of a tar in the order in which they come and makes the index of them. Archives written in walk order,
// which is nearly all, are neither sorted nor searched for duplicates.
import { type DiffId, Fault, pathBytes, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber, type RowKind, rowFlags } from './columns.ts'
import type { Extent, Meta } from './entry.ts'
import { appendAscii, appendBytes, appendItems, byteList, grown } from './growing.ts'
import { type LayerIndex, openIndex } from './layer-index.ts'
import { printXattrs } from './row-entry.ts'
import { checkLinks } from './row-links.ts'
import { compareRows, isBelowNonDirectory, survivors } from './row-order.ts'

/** A change as the tar has it. `a` and `b` are size and offset of a file, major and minor of a device. */
export interface RowInput {
  readonly kind: RowKind
  readonly path: RootPath
  readonly meta?: Meta | undefined
  readonly a?: number
  readonly b?: number
  readonly target?: string
  readonly extents?: readonly Extent[] | undefined
  /** 32 bytes. */
  readonly digest?: Uint8Array | undefined
}

export interface IndexBuilder {
  readonly length: number
  add(row: RowInput): void
  /** Adds rows of another index that this tar repeats `shift` bytes further on. They hold no hard link, device or sparse file. */
  addRows(source: Columns, rows: { readonly from: number; readonly to: number; readonly shift: number }): void
  finish(facts: { readonly diffId: DiffId; readonly tarSize: number }): LayerIndex
}

const ascii = /^[\x20-\x7e]*$/
const mostNameBytes = 0xffff_0000
/** Images have some kilobytes of them; they are held in memory. */
const mostXattrBytes = 256 << 20

/** Faults with `tar.invalid` on a hard link to itself or to a directory, on more than 4 GiB of names, and on 256 MiB of xattrs. */
export function createIndexBuilder(): IndexBuilder {
  const names = byteList()
  const links = byteList()
  const sets = byteList()
  const setNumbers = new Map<string, number>()
  const lastSet = { map: undefined as ReadonlyMap<string, Uint8Array> | undefined, number: 0 }
  let extents = new Float64Array(0)
  let extentEnd = new Uint32Array(8)
  let [extentCount, sparseCount, length, room] = [0, 0, 0, 16]
  let sorted = true
  let rows = allocate(room)

  const setNumber = (xattrs: ReadonlyMap<string, Uint8Array> | undefined): number => {
    if (xattrs === undefined || xattrs.size === 0) return 0
    if (lastSet.map === xattrs) return lastSet.number
    lastSet.map = xattrs
    lastSet.number = printedSetNumber(printXattrs(xattrs))
    return lastSet.number
  }

  const printedSetNumber = (bytes: Uint8Array): number => {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let number = setNumbers.get(key)
    if (number === undefined) {
      if (sets.used + bytes.length > mostXattrBytes)
        throw new Fault('tar.invalid', 'the archive has more than 256 MiB of extended attributes')
      number = appendBytes(sets, bytes) + 1
      setNumbers.set(key, number)
    }
    return number
  }

  const reserve = (count: number): void => {
    if (length + count <= room) return
    room = Math.max(room * 2, length + count)
    rows = resized(rows, room)
  }
  const checkOrder = (row: number): void => {
    if (!sorted || row === 0) return
    const raw = { names: names.bytes, nameEnd: names.ends, kind: rows.kind }
    sorted = compareRows(raw, row - 1, row) < 0 && !isBelowNonDirectory(raw, row)
  }

  const addExtents = (list: readonly Extent[]): number => {
    extents = grown(extents, (extentCount + list.length) * 3)
    for (const { at, offset, length } of list) {
      extents.set([at, offset, length], extentCount * 3)
      extentCount++
    }
    sparseCount++
    extentEnd = grown(extentEnd, sparseCount + 1)
    extentEnd[sparseCount] = extentCount
    return sparseCount - 1
  }

  return {
    get length() {
      return length
    },
    add(input) {
      reserve(1)
      const row = length++
      let flags = 0
      if (ascii.test(input.path)) {
        flags |= rowFlags.ascii
        appendAscii(names, input.path)
      } else appendBytes(names, pathBytes(input.path))
      if (Math.max(names.used, links.used) > mostNameBytes)
        throw new Fault('tar.invalid', 'the archive has more than 4 GiB of names')
      const { meta } = input
      if (meta !== undefined) {
        rows.mode[row] = meta.mode
        rows.uid[row] = meta.uid
        rows.gid[row] = meta.gid
        rows.mtime[row] = meta.mtime
        rows.xattr[row] = setNumber(meta.xattrs)
      }
      rows.kind[row] = kindNumber[input.kind]
      if (input.a !== undefined) rows.size[row] = input.a
      if (input.b !== undefined) rows.offset[row] = input.b
      if (input.target !== undefined) rows.link[row] = appendBytes(links, pathBytes(input.target))
      if (input.extents !== undefined) {
        rows.link[row] = addExtents(input.extents)
        flags |= rowFlags.sparse
      }
      if (input.digest !== undefined) {
        rows.digest.set(input.digest, row * 32)
        flags |= rowFlags.digest
      }
      rows.flags[row] = flags
      checkOrder(row)
    },
    addRows(source, { from, to, shift }) {
      const first = length
      reserve(to - from)
      for (const column of rowColumns) {
        const width = column === 'digest' ? 32 : 1
        rows[column].set(source[column].subarray(from * width, to * width) as never, first * width)
      }
      appendItems(names, { bytes: source.names, ends: source.nameEnd }, { from, to })
      length += to - from
      for (let row = first; row < length; row++) {
        const was = row - first + from
        const kind = rows.kind[row]
        if (kind === kindNumber.file) rows.offset[row]! += shift
        else if (kind === kindNumber.symlink) {
          const link = source.link[was]!
          rows.link[row] = appendBytes(
            links,
            source.links.subarray(source.linkEnd[link], source.linkEnd[link + 1]),
          )
        }
        const set = source.xattr[was]!
        if (set !== 0)
          rows.xattr[row] = printedSetNumber(
            source.xattrs.subarray(source.xattrEnd[set - 1], source.xattrEnd[set]),
          )
      }
      checkOrder(first)
    },
    finish({ diffId, tarSize }) {
      let columns: Columns = {
        ...cut(rows, length),
        diffId,
        tarSize,
        contentSize: 0,
        length,
        names: names.bytes.subarray(0, names.used),
        nameEnd: names.ends.subarray(0, names.length + 1),
        links: links.bytes.subarray(0, links.used),
        linkEnd: links.ends.subarray(0, links.length + 1),
        xattrs: sets.bytes.subarray(0, sets.used),
        xattrEnd: sets.ends.subarray(0, sets.length + 1),
        extents: extents.subarray(0, extentCount * 3),
        extentEnd: extentEnd.subarray(0, sparseCount + 1),
      }
      if (!sorted) {
        const left = survivors(columns)
        columns = pick(left.columns, left.order)
      }
      let contentSize = 0
      for (let row = 0; row < columns.length; row++)
        if (columns.kind[row] === kindNumber.file) contentSize += columns.size[row]!
      columns = { ...columns, contentSize }
      const index = openIndex(columns)
      checkLinks(index, columns)
      return index
    },
  }
}

/** Columns with one item a row; `digest` has 32 bytes a row. */
interface Rows {
  mtime: BigInt64Array<ArrayBuffer>
  size: Float64Array<ArrayBuffer>
  offset: Float64Array<ArrayBuffer>
  uid: Uint32Array<ArrayBuffer>
  gid: Uint32Array<ArrayBuffer>
  link: Uint32Array<ArrayBuffer>
  xattr: Uint32Array<ArrayBuffer>
  mode: Uint16Array<ArrayBuffer>
  kind: Uint8Array<ArrayBuffer>
  flags: Uint8Array<ArrayBuffer>
  digest: Uint8Array<ArrayBuffer>
}

function allocate(room: number): Rows {
  return {
    mtime: new BigInt64Array(room),
    size: new Float64Array(room),
    offset: new Float64Array(room),
    uid: new Uint32Array(room),
    gid: new Uint32Array(room),
    link: new Uint32Array(room),
    xattr: new Uint32Array(room),
    mode: new Uint16Array(room),
    kind: new Uint8Array(room),
    flags: new Uint8Array(room),
    digest: new Uint8Array(room * 32),
  }
}

const rowColumns = Object.keys(allocate(0)) as readonly (keyof Rows)[]

function resized(rows: Rows, room: number): Rows {
  const bigger = allocate(room)
  for (const column of rowColumns) bigger[column].set(rows[column] as never)
  return bigger
}

function cut(rows: Rows, length: number): Rows {
  const result: Partial<Record<keyof Rows, unknown>> = {}
  for (const column of rowColumns)
    result[column] = rows[column].subarray(0, column === 'digest' ? length * 32 : length)
  return result as Rows
}

/** The columns with only these rows, in this order. */
function pick(columns: Columns, order: Uint32Array): Columns {
  const rows = allocate(order.length)
  const names = byteList()
  for (const [to, from] of order.entries()) {
    for (const column of rowColumns)
      if (column !== 'digest') (rows[column] as { [row: number]: unknown })[to] = columns[column][from]
    rows.digest.set(columns.digest.subarray(from * 32, from * 32 + 32), to * 32)
    appendBytes(names, columns.names.subarray(columns.nameEnd[from]!, columns.nameEnd[from + 1]!))
  }
  const nameEnd = names.ends.subarray(0, names.length + 1)
  return { ...columns, ...rows, length: order.length, names: names.bytes.subarray(0, names.used), nameEnd }
}
