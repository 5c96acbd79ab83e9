// Which nodes a face draws, in which order: collapsed directories, hidden marks, search results, by name or by size.
import type { Strata } from '../../layer/index.ts'
import type { Order, Outline } from './types.ts'
import { absent, marks, type ViewColumns } from './view.ts'

interface Drawn {
  readonly strata: Strata
  readonly columns: ViewColumns
}

export function childrenOf({ strata, columns }: Drawn, id: number, order: Order): Uint32Array {
  const children: number[] = []
  for (let child = id + 1; child < strata.end[id]!; child = strata.end[child]!)
    if (columns.mark[child] !== absent) children.push(child)
  return Uint32Array.from(order === 'size' ? bySize(children, columns) : children)
}

export function outlineOf(drawn: Drawn, options: Outline): Uint32Array {
  const { strata, columns } = drawn
  const { end, length } = strata
  const { order = 'name', collapsed, hide, only } = options
  const drawnAtAll = hide === undefined && only === undefined ? undefined : selected(drawn, { hide, only })
  const isDrawn = (node: number): boolean =>
    drawnAtAll === undefined ? columns.mark[node] !== absent : drawnAtAll[node] === 1
  const rows = new Uint32Array(columns.below[0]!)
  let used = 0
  if (order === 'name') {
    for (let node = 1; node < length; ) {
      if (isDrawn(node)) rows[used++] = node
      node = isDrawn(node) && collapsed?.has(node) !== true ? node + 1 : end[node]!
    }
    return rows.subarray(0, used)
  }
  const todo: number[][] = [[0]]
  while (todo.length > 0) {
    const node = todo.at(-1)!.pop()
    if (node === undefined) {
      todo.pop()
      continue
    }
    if (node !== 0) rows[used++] = node
    if (end[node] === node + 1 || collapsed?.has(node) === true) continue
    const children: number[] = []
    for (let child = node + 1; child < end[node]!; child = end[child]!)
      if (isDrawn(child)) children.push(child)
    if (children.length > 0) todo.push(bySize(children, columns).reverse())
  }
  return rows.subarray(0, used)
}

function bySize(nodes: number[], { subtreeSize }: ViewColumns): number[] {
  return nodes.sort((a, b) => subtreeSize[b]! - subtreeSize[a]! || a - b)
}

/** By node: 1 where it is drawn if nothing is collapsed. */
function selected({ strata, columns }: Drawn, { hide, only }: Pick<Outline, 'hide' | 'only'>): Uint8Array {
  const { parent, end, length } = strata
  const hidden = Uint8Array.from(marks, (mark) => (hide?.has(mark) === true ? 1 : 0))
  const drawn = new Uint8Array(length)
  let next = 0
  let within = only === undefined ? length : 0
  for (let node = 1; node < length; node++) {
    if (only !== undefined) {
      while (next < only.length && only[next]! < node) next++
      if (only[next] === node) within = Math.max(within, end[node]!)
    }
    if (node >= within || columns.mark[node] === absent || hidden[columns.mark[node]!] === 1) continue
    for (let above = node; above > 0 && drawn[above] === 0; above = parent[above]!) drawn[above] = 1
  }
  return drawn
}
