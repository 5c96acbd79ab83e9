// What is known of steps: the records of this store, and behind them those of the caches that the build was given.
import type { Context, DiffId, Digest } from '../core/index.ts'
import type { CacheRecord, Layer, Store } from '../store/index.ts'
import type { Caches, FoundStep } from './remote/caches.ts'

/** A step whose result is known. */
export interface KnownStep {
  readonly key: Digest
  /** It need not be here if the step is not: then the supply has it. */
  readonly layer: Layer
  /** Milliseconds since the epoch: when the layer was first made. */
  readonly created: number
  /** Whether this store has the record, and with it the layer. */
  readonly here: boolean
  readonly recipe: (ctx: Context) => Promise<Uint8Array>
}

/** A step as it is written down. */
export interface StepEntry extends KnownStep {
  readonly op: Digest
  readonly origin: Digest | undefined
  readonly at: StepPlace
}

/** `dockerfile` tells this Dockerfile's records from others'. */
export interface StepPlace {
  readonly dockerfile: string
  readonly stage: string
  /** Counted from 1 in its stage. */
  readonly number: number
  /** Of the stage: `os/arch[/variant]`. */
  readonly platform: string
}

/** What comes nearest to a step that is not known. */
export interface Earlier {
  /** Milliseconds since the epoch. */
  readonly since: number
  /** What it gave, if that is here. */
  readonly layer: DiffId | undefined
  readonly recipe: (ctx: Context) => Promise<Uint8Array>
}

export interface Known {
  find(key: Digest): KnownStep | undefined
  /** By the second key, of a step that takes files from other layers. */
  findByOrigin(origin: Digest): KnownStep | undefined
  /** In the same place of the same Dockerfile, else the same operation elsewhere. */
  nearest(at: StepPlace, op: Digest): Earlier | undefined
  /** Records a step whose layer is here. */
  keep(entry: StepEntry, recipe: Uint8Array): void
  /** Records the second key of a step that is recorded. */
  keepOrigin(origin: Digest, step: KnownStep): void
}

/** What the store keeps of a step's result, and under its second key. */
interface Result {
  readonly diffId: DiffId
  readonly created: number
}

/** No step's place. */
const originSlot = 'origin'

export function openKnown(store: Store, caches: Caches): Known {
  const { records, layers } = store
  const own = (record: CacheRecord): KnownStep => {
    const { diffId, created } = JSON.parse(record.result) as Result
    const recipe = async (): Promise<Uint8Array> => records.recipe(record.key)
    return { key: record.key, layer: layers.get(diffId), created, here: true, recipe }
  }
  const others = ({ step, recipe }: FoundStep): KnownStep => {
    const { key, layer, created } = step
    return { key, layer, created, here: false, recipe }
  }
  const find = (key: Digest): KnownStep | undefined => {
    const record = records.get(key)
    if (record !== undefined) return own(record)
    const found = caches.find(key)
    return found === undefined ? undefined : others(found)
  }
  const known: Known = {
    find,
    findByOrigin(origin) {
      const record = records.get(origin)
      const found = record === undefined ? undefined : records.get(record.result as Digest)
      if (found !== undefined) return own(found)
      const other = caches.findByOrigin(origin)
      return other === undefined ? undefined : others(other)
    },
    nearest(at, op) {
      const slot = slotOf(at)
      const record = records.nearest(slot, op)
      const ofThisFile = record?.slot.startsWith(`${at.dockerfile} `) === true
      const found = ofThisFile ? undefined : caches.nearest(at, op)
      if (found !== undefined) return { since: found.step.created, layer: undefined, recipe: found.recipe }
      if (record === undefined) return undefined
      const { diffId } = JSON.parse(record.result || '{}') as Partial<Result>
      return {
        since: record.created,
        layer: diffId !== undefined && layers.has(diffId) ? diffId : undefined,
        recipe: async () => records.recipe(record.key),
      }
    },
    keep({ key, origin, op, at, layer, created, ...rest }, recipe) {
      const result = JSON.stringify({ diffId: layer.diffId, created } satisfies Result)
      const uses = [layer.diffId]
      records.put({ key, op, slot: slotOf(at), result, uses, created: Date.now() }, recipe)
      if (origin !== undefined) known.keepOrigin(origin, { key, layer, created, ...rest })
    },
    keepOrigin(origin, { key, layer }) {
      const uses = [layer.diffId]
      records.put({ key: origin, op: origin, slot: originSlot, result: key, uses, created: Date.now() })
    },
  }
  return known
}

function slotOf({ dockerfile, stage, number }: StepPlace): string {
  return `${dockerfile} ${stage} ${number}`
}
