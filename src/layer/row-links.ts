// Hard links within one layer: each is made to point at the node itself, and senseless ones are refused.
import { Fault, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber } from './columns.ts'
import type { LayerIndex } from './layer-index.ts'
import { linkAt } from './row-entry.ts'

/**
 * Faults with `tar.invalid` on a hard link that leads back to itself or to a directory of its own layer. A link to a link is made
 * one to what that leads to.
 */
export function checkLinks(index: LayerIndex, columns: Columns): void {
  const { kind, length } = columns
  for (let row = 0; row < length; row++) {
    if (kind[row] !== kindNumber.hardlink) continue
    let at = row
    for (let steps = 0; ; steps++) {
      const next = index.find(linkAt(columns, at) as RootPath)
      const found = next < 0 ? undefined : kind[next]
      if (next === row || found === kindNumber.directory || steps > mostSteps)
        throw new Fault(
          'tar.invalid',
          `${index.pathOf(row)} is a hard link to ${describe(next === row || steps > mostSteps)}`,
        )
      if (found !== kindNumber.hardlink) break
      at = next
    }
    columns.link[row] = columns.link[at]!
  }
}

/** Links to links to links: no writer makes more than one step. */
const mostSteps = 32

function describe(loop: boolean): string {
  return loop ? 'itself' : 'a directory'
}
