// What each layer does to what is below it, counted by paths and bytes.
import { cellNumber, compareCells, never, type Strata, standing } from '../../layer/index.ts'
import type { LayerEffect } from './types.ts'

type Counts = { -readonly [Name in keyof LayerEffect]: number }

export function layerEffects(strata: Strata): readonly LayerEffect[] {
  const { length, cellStart, layer, kind, hiddenBy, goneBy } = strata
  const effects = strata.layers.map(
    (): Counts => ({
      added: 0,
      changed: 0,
      attributesChanged: 0,
      removed: 0,
      wastedBytes: 0,
      hidesBytes: 0,
    }),
  )
  for (let node = 0; node < length; node++)
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      if (kind[cell] === cellNumber.whiteout) continue
      const own = layer[cell]!
      const effect = effects[own]!
      if (node > 0 && standing(strata, node, own + 1) === cell) {
        const before = standing(strata, node, own)
        const change = before < 0 ? undefined : compareCells(strata, before, cell)
        if (change === undefined) effect.added++
        else if (change === 'content') effect.changed++
        else if (change === 'attributes') effect.attributesChanged++
      }
      const by = hiddenBy[cell]!
      if (by !== never && standing(strata, node, by) === cell && standing(strata, node, by + 1) < 0)
        effects[by]!.removed++
      if (kind[cell] !== cellNumber.file || goneBy[cell] === never) continue
      const size = strata.size[cell]!
      effect.wastedBytes += size
      effects[goneBy[cell]!]!.hidesBytes += size
    }
  return effects
}
