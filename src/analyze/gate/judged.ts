// What a gate judges: the numbers of a study without what the gate leaves out, which are layers of the base and paths to ignore.
import { compileIgnore } from '../../dockerfile/index.ts'
import { nodePath, type Strata } from '../../layer/index.ts'
import { diveScore } from '../study/dive.ts'
import { type Hidden, hiddenClasses } from '../study/hidden.ts'
import { hiddenItems } from '../study/items.ts'
import type { DiveScore, WasteItem } from '../study/types.ts'

export interface LeftOut {
  /** This many of the lowest layers are not judged. */
  readonly baseLayers: number
  /** Patterns as in a .dockerignore, from the root of the image: `/var/lib/dpkg`, a double star for any depth, `!` takes back. */
  readonly ignore: readonly string[]
  /** Ratios are not judged where no more bytes than this are wasted. */
  readonly floorBytes: number
  /** How many secrets there are; absent where nobody looked for them. */
  readonly secrets?: number | undefined
}

export interface Judged {
  readonly dive: DiveScore
  readonly shippedBytes: number
  readonly reclaimableBytes: number
  readonly layers: number
  readonly secrets: number | undefined
  /** The bytes that are shipped and not to be seen, largest first. */
  readonly items: readonly WasteItem[]
  /** Whether so much waste is worth failing for, where a rule is about a ratio. */
  readonly wasteCounts: (bytes: number) => boolean
}

/** Faults with `ignore.invalid` on a bad pattern. */
export function judgedOf(strata: Strata, hidden: Hidden, leftOut: LeftOut): Judged {
  const { baseLayers, floorBytes } = leftOut
  const patterns = compileIgnore(leftOut.ignore.join('\n'))
  const ignored =
    leftOut.ignore.length === 0
      ? () => false
      : (node: number) => patterns.match(nodePath(strata, node).slice(1)).ignored
  const left = { ...hidden, why: hidden.why.slice() }
  let reclaimableBytes = 0
  for (let node = 0; node < strata.length; node++)
    for (let cell = strata.cellStart[node]!; cell < strata.cellStart[node + 1]!; cell++) {
      if (hiddenClasses[left.why[cell]!] === 'none') continue
      if (strata.layer[cell]! < baseLayers || ignored(node)) left.why[cell] = 0
      else reclaimableBytes += strata.size[cell]!
    }
  const above = strata.layers.slice(baseLayers)
  return {
    dive: diveScore(strata, { baseLayers, ignored }),
    shippedBytes: above.reduce((sum, { contentSize: size }) => sum + size, 0),
    reclaimableBytes,
    layers: above.length,
    secrets: leftOut.secrets,
    items: hiddenItems(strata, left).sort((a, b) => b.bytes - a.bytes),
    wasteCounts: (bytes) => bytes > floorBytes,
  }
}
