// Merges the rows of all layers, which are sorted alike, into the nodes and cells of a strata. One pass, no text is made.
import { Fault } from '../../core/index.ts'
import type { Columns } from '../columns.ts'
import { kindNumber, rowKinds } from '../columns.ts'
import { grown } from '../growing.ts'
import { getColumns, type LayerIndex } from '../layer-index.ts'
import { hideCells } from './hide.ts'
import { linkCells } from './links.ts'
import { mergeRows } from './merge.ts'
import { cellFlags, cellNumber, nowhere, type Strata } from './strata.ts'

const cellOfRow = Uint8Array.from(rowKinds, (kind) =>
  kind === 'opaque' ? cellNumber.implied : cellNumber[kind],
)
const flagOfRow = Uint8Array.from(rowKinds, (kind) =>
  kind === 'opaque' ? cellFlags.opaque : kind === 'whiteout' ? cellFlags.whiteout : 0,
)

/** Far more than any two images that can run have; numbers of layers must fit into 16 bits. */
const mostLayers = 8192

/**
 * The strata of these layers, bottom first; faults with `image.layers` where they are more than anybody can make use of. `apart`: layers that start anew, as if they hid everything below; so two images can be
 * laid into one table and compared as two heights of it.
 */
export function createStrata(indexes: readonly LayerIndex[], apart: readonly number[] = []): Strata {
  if (indexes.length > mostLayers)
    throw new Fault('image.layers', `${indexes.length} layers are too many to look into`, {
      hint: `up to ${mostLayers} can be looked into; engines refuse images of more than about 125`,
    })
  const layers = indexes.map(getColumns)
  const nodes = nodeList(layers)
  const cells = cellList()
  // Per depth and layer the node (+ 1) and cell last given to that layer: whether a directory on the way is known to the layer.
  let seenNode = new Uint32Array(layers.length * 32)
  let seenCell = new Uint32Array(layers.length * 32)
  const note = (depth: number, layer: number, cell: number): void => {
    const at = depth * layers.length + layer
    seenNode = grown(seenNode, at + layers.length)
    seenCell = grown(seenCell, at + layers.length)
    seenNode[at] = nodes.open[depth]! + 1
    seenCell[at] = cell
  }
  const known = (depth: number, layer: number): number => {
    const at = depth * layers.length + layer
    return seenNode[at] === nodes.open[depth]! + 1 ? seenCell[at]! : -1
  }
  for (const { layer, row } of mergeRows(layers)) {
    const depth = nodes.enter(layers[layer]!, row)
    const rowKind = layers[layer]!.kind[row]!
    const before = known(depth, layer)
    if (before >= 0) {
      // A whiteout, the node and an opaque mark of one layer at one path are one cell.
      cells.flags[before]! |= flagOfRow[rowKind]!
      if (rowKind !== kindNumber.opaque || cells.kind[before] === cellNumber.whiteout) {
        cells.kind[before] = cellOfRow[rowKind]!
        if (rowKind !== kindNumber.opaque) cells.row[before] = row
      }
      continue
    }
    const named = rowKind !== kindNumber.opaque && rowKind !== kindNumber.whiteout
    note(depth, layer, cells.add(nodes.open[depth]!, layer, named ? row : nowhere))
    cells.kind[cells.length - 1] = cellOfRow[rowKind]!
    cells.flags[cells.length - 1] = flagOfRow[rowKind]!
    for (let above = depth - 1; above >= 0; above--) {
      const cell = known(above, layer)
      if (cell >= 0) {
        if (cells.kind[cell] === cellNumber.whiteout) cells.kind[cell] = cellNumber.implied
        break
      }
      note(above, layer, cells.add(nodes.open[above]!, layer, nowhere))
      cells.kind[cells.length - 1] = cellNumber.implied
    }
  }
  const table = nodes.finish()
  const sorted = sortCells(cells, table.length)
  const hiddenBy = hideCells({ ...table, ...sorted, layers }, apart)
  return linkCells({ ...table, ...sorted, layers, hiddenBy })
}

type Nodes = Pick<Strata, 'length' | 'paths' | 'pathEnd' | 'parent' | 'depth' | 'end'>

/** The nodes as rows come in order; `open` are the node of the last path and its parents. */
function nodeList(layers: readonly Columns[]): {
  readonly open: Uint32Array
  /** Makes the nodes of a row's path that are not there yet; returns its depth. */
  enter(columns: Columns, row: number): number
  finish(): Nodes
} {
  let paths = Buffer.alloc(layers.reduce((sum, { names, length }) => sum + names.length + length, 4096))
  let pathEnd = new Uint32Array(1024)
  let parent = new Uint32Array(1024)
  let depths = new Uint16Array(1024)
  let end = new Uint32Array(1024)
  const open = new Uint32Array(4096)
  const openLength = new Uint32Array(4096)
  let top = 0
  let length = 1
  paths[0] = newline
  let used = 1

  const add = (names: Uint8Array, start: number, size: number): void => {
    if (used + size + 1 > paths.length) paths = Buffer.concat([paths], paths.length * 2 + size)
    pathEnd = grown(pathEnd, length + 1)
    parent = grown(parent, length + 1)
    depths = grown(depths, length + 1)
    end = grown(end, length + 1)
    for (let i = start; i < start + size; i++) paths[used++] = names[i]!
    pathEnd[length] = used
    paths[used++] = newline
    parent[length] = open[top]!
    top++
    depths[length] = top
    open[top] = length
    openLength[top] = size
    length++
  }
  return {
    open,
    enter({ names, nameEnd }, row) {
      const start = nameEnd[row]!
      const size = nameEnd[row + 1]! - start
      const whole = size === 1 ? 0 : size
      const last = pathEnd[length - 1]! - openLength[top]!
      const most = Math.min(whole, openLength[top]!)
      let shared = 0
      while (shared < most && paths[last + shared] === names[start + shared]) shared++
      while (
        openLength[top]! > shared ||
        (openLength[top]! < whole && names[start + openLength[top]!] !== slash)
      ) {
        end[open[top]!] = length
        top--
      }
      for (let at = openLength[top]! + 1; at < whole; at++)
        if (names[start + at] === slash) add(names, start, at)
      if (openLength[top]! < whole) add(names, start, whole)
      return top
    },
    finish() {
      for (; top >= 0; top--) end[open[top]!] = length
      return {
        length,
        paths: paths.subarray(0, used),
        pathEnd: pathEnd.subarray(0, length),
        parent: parent.subarray(0, length),
        depth: depths.subarray(0, length),
        end: end.subarray(0, length),
      }
    },
  }
}

interface Cells {
  length: number
  node: Uint32Array
  layer: Uint16Array
  row: Uint32Array
  kind: Uint8Array
  flags: Uint8Array
  add(node: number, layer: number, row: number): number
}

function cellList(): Cells {
  return {
    length: 0,
    node: new Uint32Array(1024),
    layer: new Uint16Array(1024),
    row: new Uint32Array(1024),
    kind: new Uint8Array(1024),
    flags: new Uint8Array(1024),
    add(node, layer, row) {
      const cell = this.length++
      if (cell === this.node.length)
        for (const column of ['node', 'layer', 'row', 'kind', 'flags'] as const)
          this[column] = grown(this[column] as Uint32Array<ArrayBuffer>, cell + 1) as never
      this.node[cell] = node
      this.layer[cell] = layer
      this.row[cell] = row
      return cell
    },
  }
}

/** Cells by node, then by layer. */
function sortCells(
  { length, node, layer, row, kind, flags }: Cells,
  nodes: number,
): Pick<Strata, 'cellStart' | 'layer' | 'row' | 'kind' | 'flags'> {
  const cellStart = new Uint32Array(nodes + 1)
  for (let cell = 0; cell < length; cell++) cellStart[node[cell]! + 1]!++
  for (let i = 0; i < nodes; i++) cellStart[i + 1]! += cellStart[i]!
  const next = cellStart.slice()
  const order = new Uint32Array(length)
  for (let cell = 0; cell < length; cell++) {
    let at = next[node[cell]!]!++
    // Implied directories come late; the lists are short.
    for (; at > cellStart[node[cell]!]! && layer[order[at - 1]!]! > layer[cell]!; at--)
      order[at] = order[at - 1]!
    order[at] = cell
  }
  return {
    cellStart,
    layer: gather(layer, order, new Uint16Array(length)),
    row: gather(row, order, new Uint32Array(length)),
    kind: gather(kind, order, new Uint8Array(length)),
    flags: gather(flags, order, new Uint8Array(length)),
  }
}

type Numbers = Uint8Array | Uint16Array | Uint32Array

/** `from` in that order. A plain loop: a typed array's `from` takes twenty times as long. */
function gather<Column extends Numbers>(from: Numbers, order: Uint32Array, into: Column): Column {
  for (let i = 0; i < order.length; i++) into[i] = from[order[i]!]!
  return into
}

const slash = 47
const newline = 10
