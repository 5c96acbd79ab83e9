// The table of all paths of the image, unpacked into columns. Row 0 is the root; rows follow each other depth first, so a directory's
// subtree is one run of rows. A row has events, one for each layer that says something about the path, lowest layer first.
import { type Column, columns, type PageHead } from '../model.ts'

export interface Paths {
  readonly rows: number
  readonly parent: Int32Array
  readonly depth: Uint16Array
  /** The row after the last one below it. */
  readonly end: Uint32Array
  /** Events of row `r` are `first[r]` up to `first[r + 1]`. */
  readonly first: Uint32Array
  readonly layer: Uint16Array
  /** Places in the lists of `model.ts`. */
  readonly kind: Uint8Array
  readonly act: Uint8Array
  readonly size: Float64Array
  readonly fate: Uint8Array
  /** One more than the layer that hides the event; 0 where it shows in the end. */
  readonly by: Uint16Array
  readonly marks: Uint8Array
  /** Bytes that layers ship for the row and all below it; and those of them that do not show in the end. */
  readonly shipped: Float64Array
  readonly wasted: Float64Array
  name(row: number): string
  /** The names of all rows, each ended by NUL. */
  names(): string
  /** From the root, without a `/` at its beginning. */
  path(row: number): string
  children(row: number): number[]
}

/** Inflates what the page carries as base64 text. */
export async function inflate(base64: string): Promise<Uint8Array> {
  const binary = atob(base64)
  const packed = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) packed[i] = binary.charCodeAt(i)
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

export function readPaths(head: PageHead, bytes: Uint8Array): Paths {
  const { rows, events } = head
  const at = starts(head)
  const numbers = <A extends NumberArray>(column: Column, into: A): A => {
    readNumbers(bytes, at[column], into)
    return into
  }
  const depth = numbers('depth', new Uint16Array(rows))
  const size = numbers('size', new Float64Array(events))
  const fate = numbers('fate', new Uint8Array(events))
  const first = offsets(numbers('events', new Uint32Array(rows)))
  const { parent, end } = nest(depth)
  const shipped = new Float64Array(rows)
  const wasted = new Float64Array(rows)
  for (let row = rows - 1; row >= 0; row--) {
    for (let event = first[row]!; event < first[row + 1]!; event++) {
      shipped[row]! += size[event]!
      if (fate[event] !== 0) wasted[row]! += size[event]!
    }
    const above = parent[row]!
    if (above < 0) continue
    shipped[above]! += shipped[row]!
    wasted[above]! += wasted[row]!
  }
  const names = bytes.subarray(0, head.bytes.names)
  const name = nameReader(names, rows)
  return {
    rows,
    parent,
    depth,
    end,
    first,
    layer: numbers('layer', new Uint16Array(events)),
    kind: numbers('kind', new Uint8Array(events)),
    act: numbers('act', new Uint8Array(events)),
    size,
    fate,
    by: numbers('by', new Uint16Array(events)),
    marks: numbers('marks', new Uint8Array(events)),
    shipped,
    wasted,
    name,
    names: () => new TextDecoder().decode(names),
    path(row) {
      const parts: string[] = []
      for (let at = row; at > 0; at = parent[at]!) parts.push(name(at))
      return parts.reverse().join('/')
    },
    children(row) {
      const found: number[] = []
      for (let child = row + 1; child < end[row]!; child = end[child]!) found.push(child)
      return found
    },
  }
}

type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array

function starts(head: PageHead): Record<Column, number> {
  let at = 0
  const found: Partial<Record<Column, number>> = {}
  for (const column of columns) {
    found[column] = at
    at += head.bytes[column]
  }
  return found as Record<Column, number>
}

function readNumbers(bytes: Uint8Array, start: number, into: NumberArray): void {
  let at = start
  for (let i = 0; i < into.length; i++) {
    let byte = bytes[at++]!
    let value = byte & 127
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++]!
      value += (byte & 127) * scale
    }
    into[i] = value
  }
}

/** Counts to places: one more than there are rows. */
function offsets(counts: Uint32Array): Uint32Array {
  const first = new Uint32Array(counts.length + 1)
  for (let i = 0; i < counts.length; i++) first[i + 1] = first[i]! + counts[i]!
  return first
}

function nest(depth: Uint16Array): { parent: Int32Array; end: Uint32Array } {
  const parent = new Int32Array(depth.length)
  const end = new Uint32Array(depth.length)
  const open: number[] = []
  for (let row = 0; row < depth.length; row++) {
    while (open.length > depth[row]!) end[open.pop()!] = row
    parent[row] = open.at(-1) ?? -1
    open.push(row)
  }
  for (const row of open) end[row] = depth.length
  return { parent, end }
}

/** Names are made when they are asked for: most never are. */
function nameReader(bytes: Uint8Array, rows: number): (row: number) => string {
  const start = new Uint32Array(rows + 1)
  let row = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) start[++row] = at + 1
  const decoder = new TextDecoder()
  return (row) => decoder.decode(bytes.subarray(start[row], start[row + 1]! - 1))
}
