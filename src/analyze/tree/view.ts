// One comparison of two heights, as columns by node: what stands, how it is marked, sums below. Made in two passes over all nodes.
import { Fault, toRootPath } from '../../core/index.ts'
import {
  type CellChange,
  cellKinds,
  cellMeta,
  cellNumber,
  cellTarget,
  compareCells,
  findNode,
  isDirectoryKind,
  nodeName,
  nodePath,
  nowhere,
  type Strata,
  standing,
} from '../../layer/index.ts'
import { childrenOf, outlineOf } from './outline.ts'
import type { SearchIn } from './search.ts'
import type { Mark, NodeKind, Span, TreeNode, TreeView } from './types.ts'

/** Marks as they stand in `ViewColumns.mark`; `absent` is for nodes that are on neither side. */
export const marks = ['unmodified', 'added', 'modified', 'attributesOnly', 'removed'] as const
const markNumber = { unmodified: 0, added: 1, modified: 2, attributesOnly: 3, removed: 4, absent: 5 } as const
export const absent = markNumber.absent

/** By node. */
export interface ViewColumns {
  /** The cell that stands on each side, -1 for none. */
  readonly lower: Int32Array
  readonly upper: Int32Array
  readonly mark: Uint8Array
  readonly subtreeSize: Float64Array
  readonly below: Uint32Array
}

export interface ViewParts {
  readonly strata: Strata
  readonly search: SearchIn
  /** Wasted bytes at and below each node. */
  readonly waste: Float64Array
}

/** Compares two heights of the strata. */
export function createView({ strata, search, waste }: ViewParts, span: Span): TreeView {
  const counts = { unmodified: 0, added: 0, modified: 0, attributesOnly: 0, removed: 0 }
  const columns = compareHeights(strata, span, counts)
  const { lower, upper, mark, subtreeSize, below } = columns
  const has = (id: number): boolean => id >= 0 && id < strata.length && mark[id] !== absent
  return {
    span,
    length: below[0]!,
    counts,
    has,
    get(id) {
      if (!has(id)) throw new Fault('usage.invalid', `there is no node ${id} in this view`)
      return nodeAt(id)
    },
    mark: (id) => marks[mark[id]!] ?? 'unmodified',
    find(path) {
      const id = findNode(strata, toRootPath(path))
      return has(id) ? id : undefined
    },
    children: (id, order = 'name') => childrenOf({ strata, columns }, id, order),
    outline: (options = {}) => outlineOf({ strata, columns }, options),
    search: (wanted) => search(wanted, has),
  }

  function nodeAt(id: number): TreeNode {
    const cell = upper[id]! >= 0 ? upper[id]! : lower[id]!
    const { mode, uid, gid, mtime } = cellMeta(strata, cell)
    return {
      id,
      path: nodePath(strata, id),
      name: nodeName(strata, id),
      depth: strata.depth[id]!,
      kind: kindOf(strata, cell),
      mark: marks[mark[id]!]!,
      size: strata.size[cell]!,
      subtreeSize: subtreeSize[id]!,
      below: below[id]!,
      mode,
      uid,
      gid,
      mtime: Number(mtime / 1_000_000n),
      target: cellTarget(strata, cell),
      layer: strata.layer[cell]!,
      removedBy: mark[id] === markNumber.removed ? strata.hiddenBy[cell]! : undefined,
      waste: waste[id]!,
    }
  }
}

function kindOf(strata: Strata, cell: number): NodeKind {
  const kind = cellKinds[strata.kind[cell]!]!
  return kind === 'implied' || kind === 'whiteout' ? 'directory' : kind
}

const markOfChange = {
  none: markNumber.unmodified,
  attributes: markNumber.attributesOnly,
  content: markNumber.modified,
} as const satisfies Record<CellChange, number>

/** The mark of what two cells say, -1 for none, without regard to what is below them. */
export function ownMark(strata: Strata, before: number, after: number): number {
  if (after < 0) return before < 0 ? absent : markNumber.removed
  if (before === after) return markNumber.unmodified
  return before < 0 ? markNumber.added : markOfChange[compareCells(strata, before, after)]
}

function compareHeights(strata: Strata, span: Span, counts: Record<Mark, number>): ViewColumns {
  const { length, parent, kind, cellStart, inode, size } = strata
  const lower = new Int32Array(length)
  const upper = new Int32Array(length)
  const mark = new Uint8Array(length)
  const subtreeSize = new Float64Array(length)
  const below = new Uint32Array(length)
  const counted = { lower: new Uint8Array(kind.length), upper: new Uint8Array(kind.length) }
  const counter = new Uint32Array(absent + 1)
  /** The bytes of a file at the first of its names. */
  const sizeOnce = (cell: number, seen: Uint8Array): number => {
    const file = inode[cell]!
    if (seen[file] === 1) return 0
    seen[file] = 1
    return size[cell]!
  }
  for (let node = 0; node < length; node++) {
    const only = cellStart[node]! + 1 === cellStart[node + 1]! ? cellStart[node]! : -1
    const before = only >= 0 ? alone(strata, only, span.lower) : standing(strata, node, span.lower)
    const after = only >= 0 ? alone(strata, only, span.upper) : standing(strata, node, span.upper)
    lower[node] = before
    upper[node] = after
    mark[node] = ownMark(strata, before, after)
    if (after >= 0) subtreeSize[node] = sizeOnce(after, counted.upper)
    else if (before >= 0) subtreeSize[node] = sizeOnce(before, counted.lower)
    if (node > 0) counter[mark[node]!]!++
  }
  for (const [number, name] of marks.entries()) counts[name] = counter[number]!
  for (let node = length - 1; node > 0; node--) {
    const own = mark[node]!
    if (own === absent) continue
    const above = parent[node]!
    below[above]! += below[node]! + 1
    if (own !== markNumber.removed || mark[above] === markNumber.removed)
      subtreeSize[above]! += subtreeSize[node]!
    if (own === markNumber.unmodified || !isDirectoryKind(kind[upper[above]!] ?? cellNumber.file)) continue
    if (mark[above] === markNumber.unmodified || mark[above] === markNumber.attributesOnly)
      mark[above] = own === markNumber.attributesOnly ? own : markNumber.modified
  }
  return { lower, upper, mark, subtreeSize, below }
}

/** `standing` for a node that one layer alone speaks of, as nearly all do. */
function alone({ layer, hiddenBy, kind, inode }: Strata, cell: number, height: number): number {
  if (layer[cell]! >= height || hiddenBy[cell]! < height) return -1
  return kind[cell] === cellNumber.whiteout || inode[cell] === nowhere ? -1 : cell
}
