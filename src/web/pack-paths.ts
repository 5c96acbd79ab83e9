// Turns the tree of a study into the columns that the page reads.
import type { Study, StudyReport, StudyTree, TreeColumns } from '../engine/index.ts'
import { acts, cacheMark, duplicateMark, fates, kinds, type PageHead } from './model.ts'
import { type Packed, packColumns } from './pack.ts'

/** Stands in `hiddenBy` where the whole image shows a version. */
const shows = 65535

export interface PackedPaths extends Pick<PageHead, 'rows' | 'events' | 'bytes'>, Packed {}

export function packPaths({ tree, report }: Study): PackedPaths {
  const all = tree.columns()
  const marks = marksByVersion(tree, { all, items: report.items })
  // a whiteout of what is not there: it removes, if only nothing
  const actNumber = all.marks.map((mark) => acts.indexOf(mark === 'absent' ? 'removed' : mark))
  const kindNumber = all.kinds.map((kind) => kinds.indexOf(kind))
  const fateNumber = all.wastes.map((waste) => fates.indexOf(waste === 'none' ? 'visible' : waste))
  const rows = tree.length
  const packed = packColumns(({ name, number }) => {
    for (let row = 0; row < rows; row++) {
      name(all.names[row]!)
      number('depth', tree.shape.depth[row]!)
      const to = all.versionStart[row + 1]!
      number('events', to - all.versionStart[row]!)
      for (let version = all.versionStart[row]!; version < to; version++) {
        number('layer', all.layer[version]!)
        number('kind', kindNumber[all.kind[version]!]!)
        number('act', actNumber[all.mark[version]!]!)
        number('size', all.size[version]!)
        number('fate', fateNumber[all.waste[version]!]!)
        number('by', all.hiddenBy[version] === shows ? 0 : all.hiddenBy[version]! + 1)
        number('marks', marks[version]!)
      }
    }
  })
  return { rows, events: all.layer.length, ...packed }
}

/** Which versions are copies or caches, by the items of the report. */
function marksByVersion(
  tree: StudyTree,
  { all, items }: { all: TreeColumns; items: StudyReport['items'] },
): Uint8Array {
  const marks = new Uint8Array(all.layer.length)
  const mark = (path: string, layer: number, bit: number): void => {
    const node = tree.find(path)
    if (node === undefined) return
    const to = all.versionStart[all.end[node]!]!
    for (let version = all.versionStart[node]!; version < to; version++)
      if (all.layer[version] === layer && all.wastes[all.waste[version]!] === 'none') marks[version]! |= bit
  }
  for (const item of items) {
    if (item.class === 'caches') mark(item.path, item.broughtBy, cacheMark)
    for (const copy of item.copies ?? []) mark(copy.path, copy.layer, duplicateMark)
  }
  return marks
}
