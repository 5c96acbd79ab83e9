// Bytes that some layer ships and the whole image does not show, file by file, and why. A file counts once however many names it has,
// and is hidden when the last of them is.
import { cellNumber, isDirectoryKind, never, type Strata, sameDigest, standing } from '../../layer/index.ts'

/** The classes of hidden bytes, in the order of their numbers in `Hidden.why`. */
export const hiddenClasses = ['none', 'deleted', 'overwritten', 'metadataOnly'] as const
export type HiddenClass = (typeof hiddenClasses)[number]
const numberOf = { none: 0, deleted: 1, overwritten: 2, metadataOnly: 3 } as const

export interface Hidden {
  /** By cell: a place in `hiddenClasses`, `none` for what is no hidden file. */
  readonly why: Uint8Array
  readonly bytes: Readonly<Record<Exclude<HiddenClass, 'none'>, number>>
  readonly shippedBytes: number
  readonly visibleBytes: number
}

/**
 * Judges each file by what stands in its place right after the layer that hid it: nothing, the same content again, or something else.
 */
export function findHidden(strata: Strata): Hidden {
  const { length, cellStart, kind, goneBy } = strata
  const why = new Uint8Array(kind.length)
  const bytes = { none: 0, deleted: 0, overwritten: 0, metadataOnly: 0 }
  let shippedBytes = 0
  const lastNames = namesThatLastLonger(strata)
  for (let node = 0; node < length; node++)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      if (kind[cell] !== cellNumber.file) continue
      const size = strata.size[cell]!
      shippedBytes += size
      const reason = goneBy[cell] === never ? 'none' : reasonAt(strata, cell, lastNames.get(cell) ?? node)
      why[cell] = numberOf[reason]
      bytes[reason] += size
    }
  const { none: visibleBytes, ...rest } = bytes
  return { why, bytes: rest, shippedBytes, visibleBytes }
}

function reasonAt(strata: Strata, cell: number, node: number): HiddenClass {
  const after = standing(strata, node, strata.goneBy[cell]! + 1)
  if (after < 0) return 'deleted'
  if (isDirectoryKind(strata.kind[after]!)) return 'overwritten'
  return sameDigest(strata, cell, after) ? 'metadataOnly' : 'overwritten'
}

/** Files whose first name went before the last did, with the node of the name that lasted. */
function namesThatLastLonger({
  length,
  cellStart,
  kind,
  hiddenBy,
  goneBy,
  inode,
}: Strata): Map<number, number> {
  const nodes = new Map<number, number>()
  for (let node = 0; node < length; node++)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      if (kind[cell] !== cellNumber.hardlink) continue
      const file = inode[cell]!
      if (hiddenBy[cell] === goneBy[file] && hiddenBy[file] !== goneBy[file] && !nodes.has(file))
        nodes.set(file, node)
    }
  return nodes
}
