// Everything a study says about layers, put together: pure, from the strata alone.
import { type Strata, standing } from '../../layer/index.ts'
import { findCaches } from './caches.ts'
import { diveScore } from './dive.ts'
import { findDuplicates } from './duplicates.ts'
import { layerEffects } from './effects.ts'
import { findHidden, type Hidden } from './hidden.ts'
import { hiddenItems } from './items.ts'
import type { DiveScore, LayerEffect, WasteClass, WasteItem } from './types.ts'

export interface StudyFindings {
  /** Bottom first. */
  readonly effects: readonly LayerEffect[]
  readonly totals: {
    readonly shippedBytes: number
    readonly visibleBytes: number
    readonly reclaimableBytes: number
    readonly paths: number
  }
  readonly classes: Readonly<Record<WasteClass, number>>
  readonly dive: DiveScore
  /** Largest first; the items of a class add up to its bytes. */
  readonly items: readonly WasteItem[]
  readonly hidden: Hidden
}

export function studyStrata(strata: Strata): StudyFindings {
  const hidden = findHidden(strata)
  const { deleted, overwritten, metadataOnly } = hidden.bytes
  const duplicates = findDuplicates(strata)
  const caches = findCaches(strata)
  return {
    effects: layerEffects(strata),
    totals: {
      shippedBytes: hidden.shippedBytes,
      visibleBytes: hidden.visibleBytes,
      reclaimableBytes: deleted + overwritten + metadataOnly,
      paths: countPaths(strata),
    },
    classes: { ...hidden.bytes, duplicate: sumOf(duplicates), caches: sumOf(caches) },
    dive: diveScore(strata),
    items: [...hiddenItems(strata, hidden), ...duplicates, ...caches].sort((a, b) => b.bytes - a.bytes),
    hidden,
  }
}

function countPaths(strata: Strata): number {
  let paths = 0
  for (let node = 1; node < strata.length; node++)
    if (standing(strata, node, strata.layers.length) >= 0) paths++
  return paths
}

function sumOf(items: readonly WasteItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}
