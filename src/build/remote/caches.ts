// Caches from elsewhere, as a build looks steps up in them. They are read once, at the beginning; layers and recipes come when needed.
import type { DocumentStep } from '../../cache/index.ts'
import { type Context, type Descriptor, type DiffId, type Digest, Fault } from '../../core/index.ts'
import type { Store } from '../../store/index.ts'
import type { BlobOrigin } from '../../transfer/index.ts'
import type { Supply } from '../supply.ts'

/** One cache that was read. */
export interface OpenCache {
  /** For messages: as the user wrote it. */
  readonly name: string
  readonly steps: readonly DocumentStep[]
  /** Where the blob of a layer is. Layers of steps may lack: with `mode=min` they are known by name alone. */
  readonly blobs: ReadonlyMap<DiffId, { readonly descriptor: Descriptor; readonly from: BlobOrigin }>
  /** All recipes, read when first asked for; empty where they cannot be had. */
  readonly recipes: (ctx: Context) => Promise<Uint8Array>
}

export interface FoundStep {
  readonly step: DocumentStep
  readonly recipe: (ctx: Context) => Promise<Uint8Array>
}

export interface RemoteLayer {
  readonly cache: string
  readonly descriptor: Descriptor
  readonly from: BlobOrigin
}

export interface Caches {
  find(key: Digest): FoundStep | undefined
  findByOrigin(origin: Digest): FoundStep | undefined
  /** The step of the same operation, best in the same place; else the one in the same place. */
  nearest(at: Pick<DocumentStep, 'stage' | 'number' | 'platform'>, op: Digest): FoundStep | undefined
  /** Where a layer can be had; `undefined` where no cache has its blob. */
  layer(id: DiffId): RemoteLayer | undefined
  /** Finds no steps any more whose layer turned out not to be there, or is one of those known by name alone. */
  drop(id: DiffId): void
}

/** The first cache that knows a step counts. Their layers are offered to the supply. */
export function joinCaches(
  caches: readonly OpenCache[],
  { store, supply }: { readonly store: Store; readonly supply: Supply },
): Caches {
  const layers = new Map<DiffId, RemoteLayer>()
  const all: FoundStep[] = []
  const byKey = new Map<Digest, FoundStep>()
  const byOrigin = new Map<Digest, FoundStep>()
  for (const { name, blobs } of caches)
    for (const [id, blob] of blobs) {
      if (layers.has(id)) continue
      const layer = { cache: name, ...blob }
      layers.set(id, layer)
      supply.offer(id, async (ctx) => (await import('./fetch.ts')).fetchLayer(id, { store, layer }, ctx))
    }
  for (const { name, steps, recipes } of caches)
    for (const step of steps) {
      const { diffId } = step.layer
      if (!layers.has(diffId)) supply.offer(diffId, () => Promise.reject(notThere(name, diffId)))
      const found = { step, recipe: recipeOf(step, recipes) }
      all.push(found)
      if (!byKey.has(step.key)) byKey.set(step.key, found)
      if (step.origin !== undefined && !byOrigin.has(step.origin)) byOrigin.set(step.origin, found)
    }
  return {
    find: (key) => byKey.get(key),
    findByOrigin: (origin) => byOrigin.get(origin),
    nearest({ stage, number, platform }, op) {
      const isHere = ({ step }: FoundStep): boolean =>
        step.stage === stage && step.number === number && step.platform === platform
      const same = all.filter(({ step }) => step.op === op)
      return same.find(isHere) ?? same[0] ?? all.find(isHere)
    },
    layer: (id) => layers.get(id),
    drop(id) {
      const byName = !layers.delete(id)
      const isGone = ({ diffId }: DocumentStep['layer']): boolean =>
        diffId === id || (byName && !layers.has(diffId) && !store.layers.has(diffId))
      for (const { step } of all) {
        if (!isGone(step.layer)) continue
        supply.withdraw(step.layer.diffId)
        byKey.delete(step.key)
        if (step.origin !== undefined) byOrigin.delete(step.origin)
      }
    },
  }
}

function notThere(cache: string, layer: DiffId): Fault {
  const message = `the cache ${cache} has only the layers of its image; others are made anew (mode=max keeps all)`
  return new Fault('cache.lost', message, { data: { layer } })
}

function recipeOf({ recipe }: DocumentStep, recipes: OpenCache['recipes']): FoundStep['recipe'] {
  if (recipe === undefined) return async () => new Uint8Array(0)
  return async (ctx) => (await recipes(ctx)).subarray(recipe.from, recipe.from + recipe.length)
}
