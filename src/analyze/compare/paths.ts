// The paths at which two heights of a strata differ, and in what.
import {
  cellDigest,
  cellKinds,
  cellMeta,
  cellTarget,
  cellXattrs,
  compareCells,
  deviceNumbers,
  isDirectoryKind,
  nodePath,
  type Strata,
  standing,
} from '../../layer/index.ts'
import type { Span } from '../tree/types.ts'
import type { AttributeChange, PathDifference } from './types.ts'

export function comparePathsAt(strata: Strata, { lower, upper }: Span): PathDifference[] {
  const differences: PathDifference[] = []
  for (let node = 1; node < strata.length; node++) {
    const before = standing(strata, node, lower)
    const after = standing(strata, node, upper)
    if (before === after) continue
    const change = before < 0 || after < 0 ? undefined : compareCells(strata, before, after)
    if (change === 'none') continue
    differences.push({
      path: nodePath(strata, node),
      change:
        before < 0
          ? 'added'
          : after < 0
            ? 'removed'
            : change === 'attributes'
              ? 'attributesOnly'
              : 'modified',
      directory: isDirectoryKind(strata.kind[after < 0 ? before : after]!),
      before: before < 0 ? 0 : strata.size[before]!,
      after: after < 0 ? 0 : strata.size[after]!,
      details: change === undefined ? [] : detailsOf(strata, before, after),
    })
  }
  return differences
}

function detailsOf(strata: Strata, before: number, after: number): AttributeChange[] {
  const facts = (cell: number): Readonly<Record<AttributeChange['name'], string>> => {
    const kind = cellKinds[strata.kind[strata.inode[cell]!]!]!
    const { mode, uid, gid, mtime } = cellMeta(strata, cell)
    return {
      kind: kind === 'implied' ? 'directory' : kind,
      content: cellDigest(strata, cell) ?? '',
      mode: mode.toString(8).padStart(4, '0'),
      owner: `${uid}:${gid}`,
      mtime: new Date(Number(mtime / 1_000_000n)).toISOString(),
      target: kind === 'symlink' ? (cellTarget(strata, strata.inode[cell]!) ?? '') : '',
      device: deviceNumbers(strata, cell) ?? '',
      xattrs: cellXattrs(strata, cell),
    }
  }
  const [one, other] = [facts(before), facts(after)]
  return (Object.keys(one) as AttributeChange['name'][])
    .filter((name) => one[name] !== other[name])
    .map((name) => ({ name, before: one[name], after: other[name] }))
}
