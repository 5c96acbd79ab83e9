// Typed arrays that grow by doubling.

type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>

/** The same array, or a larger one with the same content, that has room for `length` items. */
export function grown<T extends Numbers>(array: T, length: number): T {
  if (length <= array.length) return array
  const bigger = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2))
  bigger.set(array as never)
  return bigger
}

/** Byte strings end to end, with where each starts and ends. */
export interface ByteList {
  bytes: Buffer<ArrayBuffer>
  used: number
  /** `ends[i]` is where item `i` starts, `ends[i + 1]` where it ends. */
  ends: Uint32Array<ArrayBuffer>
  length: number
}

export function byteList(): ByteList {
  return { bytes: Buffer.allocUnsafeSlow(256), used: 0, ends: new Uint32Array(64), length: 0 }
}

/** Appends one item; gives its number. */
export function appendBytes(list: ByteList, item: Uint8Array): number {
  reserve(list, item.length)
  list.bytes.set(item, list.used)
  return close(list, item.length)
}

/** Appends an item that is ASCII text. */
export function appendAscii(list: ByteList, text: string): number {
  reserve(list, text.length)
  list.bytes.write(text, list.used, 'latin1')
  return close(list, text.length)
}

/** Appends the items `[from, to)` of another list. */
export function appendItems(
  list: ByteList,
  source: { readonly bytes: Uint8Array; readonly ends: Uint32Array },
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const [start, end] = [source.ends[from]!, source.ends[to]!]
  reserve(list, end - start)
  list.bytes.set(source.bytes.subarray(start, end), list.used)
  list.ends = grown(list.ends, list.length + to - from + 1)
  for (let item = from; item < to; item++)
    list.ends[list.length + item - from + 1] = source.ends[item + 1]! - start + list.used
  list.used += end - start
  list.length += to - from
}

function reserve(list: ByteList, length: number): void {
  const needed = list.used + length
  if (needed <= list.bytes.length) return
  const bigger = Buffer.allocUnsafeSlow(Math.max(needed, list.bytes.length * 2))
  list.bytes.copy(bigger, 0, 0, list.used)
  list.bytes = bigger
}

function close(list: ByteList, length: number): number {
  list.used += length
  list.length++
  list.ends = grown(list.ends, list.length + 1)
  list.ends[list.length] = list.used
  return list.length - 1
}
