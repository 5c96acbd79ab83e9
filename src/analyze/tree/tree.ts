// The tree of an image for walking through: views of it, the versions of a path, and all of it at once.
import { Fault, toRootPath } from '../../core/index.ts'
import {
  cellDigest,
  cellFlags,
  cellKinds,
  cellMeta,
  cellNumber,
  cellTarget,
  findNode,
  never,
  nodeName,
  nodePath,
  type Strata,
  standing,
} from '../../layer/index.ts'
import { type Hidden, hiddenClasses } from '../study/hidden.ts'
import { createSearch } from './search.ts'
import type { NodeId, Span, TreeColumns, TreeShape, TreeView, Version } from './types.ts'
import { createView, marks, ownMark } from './view.ts'

export interface LayerTree {
  /** How many layers there are: the height of the whole image. */
  readonly height: number
  /** How many nodes there are. */
  readonly length: number
  readonly shape: TreeShape
  /** The last few views are kept. Faults with `usage.invalid` on heights that are not there. */
  view(span: Span): TreeView
  path(id: NodeId): string
  /** The node of a path, whatever layer says something about it. */
  find(path: string): NodeId | undefined
  /** What the layers say about a path, bottom first. */
  versions(id: NodeId): readonly Version[]
  columns(): TreeColumns
}

const viewsKept = 8

export function createLayerTree(strata: Strata, hidden: Hidden): LayerTree {
  const search = createSearch(strata)
  const waste = wasteBelow(strata, hidden)
  const views = new Map<string, TreeView>()
  const height = strata.layers.length
  const check = (wanted: number): void => {
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > height)
      throw new Fault('usage.invalid', `there is no height ${wanted}: the image has ${height} layers`)
  }
  return {
    height,
    length: strata.length,
    shape: { parent: strata.parent, end: strata.end, depth: strata.depth },
    view(span) {
      check(span.lower)
      check(span.upper)
      const key = `${span.lower}:${span.upper}`
      const view = views.get(key) ?? createView({ strata, search, waste }, span)
      views.delete(key)
      views.set(key, view)
      if (views.size > viewsKept) views.delete(views.keys().next().value!)
      return view
    },
    path: (id) => nodePath(strata, id),
    find(path) {
      const id = findNode(strata, toRootPath(path))
      return id < 0 ? undefined : id
    },
    versions(id) {
      const versions: Version[] = []
      for (let cell = strata.cellStart[id]!; cell < strata.cellStart[id + 1]!; cell++)
        versions.push(versionAt(strata, cell))
      return versions
    },
    columns: () => ({
      names: Array.from({ length: strata.length }, (_, node) => nodeName(strata, node)),
      parent: strata.parent,
      end: strata.end,
      versionStart: strata.cellStart,
      layer: strata.layer,
      hiddenBy: strata.hiddenBy,
      kind: strata.kind,
      size: Float64Array.from(strata.kind, (kind, cell) =>
        kind === cellNumber.file ? strata.size[cell]! : 0,
      ),
      waste: hidden.why,
      mark: ownMarks(strata),
      marks: [...marks, 'absent'],
      kinds: cellKinds,
      wastes: hiddenClasses,
    }),
  }
}

function versionAt(strata: Strata, cell: number): Version {
  const { mtime, ...meta } = cellMeta(strata, cell)
  const flags = strata.flags[cell]!
  const by = strata.hiddenBy[cell]!
  return {
    layer: strata.layer[cell]!,
    kind: cellKinds[strata.kind[cell]!]!,
    clears: (flags & (cellFlags.whiteout | cellFlags.opaque)) !== 0,
    size: strata.size[cell]!,
    ...meta,
    mtime: Number(mtime / 1_000_000n),
    target: cellTarget(strata, cell),
    digest: cellDigest(strata, cell),
    hiddenBy: by === never ? undefined : by,
  }
}

function ownMarks(strata: Strata): Uint8Array {
  const { length, cellStart, layer } = strata
  const mark = new Uint8Array(layer.length)
  for (let node = 0; node < length; node++)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      const below = layer[cell]!
      mark[cell] = ownMark(strata, standing(strata, node, below), standing(strata, node, below + 1))
    }
  return mark
}

function wasteBelow(strata: Strata, { why }: Hidden): Float64Array {
  const { length, cellStart, parent } = strata
  const waste = new Float64Array(length)
  for (let node = length - 1; node >= 0; node--) {
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++)
      if (why[cell] !== 0) waste[node]! += strata.size[cell]!
    if (node > 0) waste[parent[node]!]! += waste[node]!
  }
  return waste
}
