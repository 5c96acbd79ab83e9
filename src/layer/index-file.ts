// The file form of a layer index: a header, a table of sections, and the columns as they are in memory (little endian, at offsets
// divisible by 8). Decoding makes views on the bytes. docs/formats/layer-index.md has the layout.
import { asDiffId, digestOfHex, Fault, hexOf } from '../core/index.ts'
import type { Columns } from './columns.ts'
import { getColumns, type LayerIndex, openIndex } from './layer-index.ts'

const magic = 'PEELROWS'
const version = 1
const headerSize = 72

const sections = [
  ['mtime', BigInt64Array],
  ['size', Float64Array],
  ['offset', Float64Array],
  ['extents', Float64Array],
  ['uid', Uint32Array],
  ['gid', Uint32Array],
  ['link', Uint32Array],
  ['xattr', Uint32Array],
  ['nameEnd', Uint32Array],
  ['linkEnd', Uint32Array],
  ['xattrEnd', Uint32Array],
  ['extentEnd', Uint32Array],
  ['mode', Uint16Array],
  ['kind', Uint8Array],
  ['flags', Uint8Array],
  ['digest', Uint8Array],
  ['names', Uint8Array],
  ['links', Uint8Array],
  ['xattrs', Uint8Array],
] as const

const tableSize = sections.length * 8
const align = (at: number): number => Math.ceil(at / 8) * 8

export function encodeIndex(index: LayerIndex): Uint8Array {
  const columns = getColumns(index)
  let size = align(headerSize + tableSize)
  for (const [name] of sections) size = align(size + columns[name].byteLength)
  const bytes = Buffer.alloc(size)
  bytes.write(magic, 0, 'latin1')
  bytes.writeUInt32LE(version, 8)
  bytes.writeUInt32LE(columns.length, 12)
  bytes.writeDoubleLE(columns.tarSize, 16)
  bytes.writeDoubleLE(columns.contentSize, 24)
  bytes.write(hexOf(columns.diffId), 32, 'hex')
  bytes.writeDoubleLE(size, 64)
  let at = align(headerSize + tableSize)
  for (const [i, [name]] of sections.entries()) {
    const column = columns[name]
    bytes.writeDoubleLE(column.length, headerSize + i * 8)
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at)
    at = align(at + column.byteLength)
  }
  return bytes
}

/** Faults with `index.invalid` on bytes that are no index of this version; such an index is made again from the tar. */
export function decodeIndex(encoded: Uint8Array): LayerIndex {
  const bytes = encoded.byteOffset % 8 === 0 ? encoded : Uint8Array.from(encoded)
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (head.length < headerSize + tableSize || head.toString('latin1', 0, 8) !== magic)
    throw invalid('it does not start as one')
  if (head.readUInt32LE(8) !== version) throw invalid(`it has version ${head.readUInt32LE(8)}`)
  if (head.readDoubleLE(64) !== head.length) throw invalid('it is cut short')
  const length = head.readUInt32LE(12)
  const found: Record<string, unknown> = {}
  let at = align(headerSize + tableSize)
  for (const [i, [name, type]] of sections.entries()) {
    const count = head.readDoubleLE(headerSize + i * 8)
    const size = count * type.BYTES_PER_ELEMENT
    if (!Number.isSafeInteger(count) || count < 0 || at + size > head.length)
      throw invalid(`its ${name} do not fit`)
    found[name] = new type(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, count)
    at = align(at + size)
  }
  const columns = {
    ...found,
    length,
    tarSize: head.readDoubleLE(16),
    contentSize: head.readDoubleLE(24),
    diffId: asDiffId(digestOfHex(head.toString('hex', 32, 64))),
  } as unknown as Columns
  checkShape(columns)
  return openIndex(columns)
}

function checkShape(columns: Columns): void {
  const { length } = columns
  const perRow = ['mtime', 'size', 'offset', 'uid', 'gid', 'link', 'xattr', 'mode', 'kind', 'flags'] as const
  for (const name of perRow)
    if (columns[name].length !== length) throw invalid(`its ${name} are not ${length}`)
  if (columns.digest.length !== length * 32 || columns.nameEnd.length !== length + 1)
    throw invalid('its columns differ in length')
  const ends = [
    [columns.nameEnd, columns.names.length],
    [columns.linkEnd, columns.links.length],
    [columns.xattrEnd, columns.xattrs.length],
    [columns.extentEnd, columns.extents.length / 3],
  ] as const
  for (const [end, total] of ends)
    if (end.length === 0 || end[0] !== 0 || end.at(-1) !== total)
      throw invalid('its tables do not end where they should')
}

function invalid(why: string): Fault {
  return new Fault('index.invalid', `this is no layer index: ${why}`, {
    hint: 'Make it again from the layer.',
  })
}
