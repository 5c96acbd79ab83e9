// Writes the table of paths as columns of bytes, deflated, so that 300,000 files are about a megabyte in the page.
import { deflateRawSync } from 'node:zlib'
import { type Column, columns } from './model.ts'

export interface Columns {
  number(column: Exclude<Column, 'names'>, value: number): void
  name(name: string): void
}

export interface Packed {
  readonly base64: string
  readonly bytes: Readonly<Record<Column, number>>
}

/** Fills the columns by `fill` and deflates them one after the other. */
export function packColumns(fill: (columns: Columns) => void): Packed {
  const written = new Map<Column, GrowingBytes>(columns.map((column) => [column, growingBytes()]))
  const names = written.get('names')!
  fill({
    number: (column, value) => written.get(column)!.number(value),
    name: (name) => names.text(name),
  })
  const parts = columns.map((column) => written.get(column)!.bytes())
  return {
    base64: deflateRawSync(Buffer.concat(parts), { level: 8 }).toString('base64'),
    bytes: Object.fromEntries(columns.map((column, i) => [column, parts[i]!.length])) as Record<
      Column,
      number
    >,
  }
}

interface GrowingBytes {
  number(value: number): void
  /** UTF-8 and a NUL; what is no Unicode becomes U+FFFD. */
  text(text: string): void
  bytes(): Uint8Array
}

function growingBytes(): GrowingBytes {
  let buffer = Buffer.allocUnsafe(1 << 12)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + more))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
  return {
    number(value) {
      reserve(10)
      let rest = value
      while (rest >= 128) {
        buffer[length++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      buffer[length++] = rest
    },
    text(text) {
      reserve(text.length * 3 + 1)
      length += buffer.write(text, length)
      buffer[length++] = 0
    },
    bytes: () => buffer.subarray(0, length),
  }
}
