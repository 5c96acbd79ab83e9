// The rows of several layers in one order: by path, then by layer. A heap of the layers' next rows.
import type { Columns } from '../columns.ts'

/** The same object each time, with other numbers in it. */
export interface Merged {
  layer: number
  row: number
}

export function* mergeRows(layers: readonly Columns[]): Generator<Merged> {
  const next = new Uint32Array(layers.length)
  const heap: number[] = []
  const comesFirst = (a: number, b: number): boolean => {
    const order = comparePathsOf(layers[a]!, next[a]!, layers[b]!, next[b]!)
    return order < 0 || (order === 0 && a < b)
  }
  const sink = (from: number): void => {
    const layer = heap[from]!
    let at = from
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && comesFirst(heap[child + 1]!, heap[child]!)) child++
      if (!comesFirst(heap[child]!, layer)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = layer
  }
  for (const [layer, { length }] of layers.entries()) if (length > 0) heap.push(layer)
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(at)
  const merged: Merged = { layer: 0, row: 0 }
  while (heap.length > 0) {
    const layer = heap[0]!
    merged.layer = layer
    merged.row = next[layer]!
    yield merged
    if (++next[layer]! === layers[layer]!.length) {
      const last = heap.pop()!
      if (heap.length === 0) return
      heap[0] = last
    }
    sink(0)
  }
}

function comparePathsOf(a: Columns, rowA: number, b: Columns, rowB: number): number {
  const startA = a.nameEnd[rowA]!
  const startB = b.nameEnd[rowB]!
  const lengthA = a.nameEnd[rowA + 1]! - startA
  const lengthB = b.nameEnd[rowB + 1]! - startB
  const shared = Math.min(lengthA, lengthB)
  for (let i = 0; i < shared; i++) {
    const x = a.names[startA + i]!
    const y = b.names[startB + i]!
    if (x !== y) return x === slash ? -1 : y === slash ? 1 : x - y
  }
  return lengthA - lengthB
}

const slash = 47
