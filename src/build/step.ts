// One step: is its result known? If not, why, and make it. Each way ends with a record under the step's key.
import {
  belowName,
  type CacheKey,
  changedParts,
  explainMiss,
  field,
  type KeyPart,
  keyOf,
  type Miss,
  missOf,
  printRecipe,
  splitRecipe,
} from '../cache/index.ts'
import { type Context, chainId, type DiffId, Fault } from '../core/index.ts'
import type { Step } from '../plan/index.ts'
import type { CacheRecord, Layer } from '../store/index.ts'
import { ignoreNote, withIgnored } from './ignored-changes.ts'
import type { Prepared } from './prepared.ts'
import { prepareCopy } from './steps/copy.ts'
import { prepareRun } from './steps/run.ts'
import { prepareWorkdir } from './steps/workdir.ts'
import type { Tools } from './tools.ts'

/** What a step gave. `created`: milliseconds since the epoch when the layer was first made. */
export interface StepResult {
  readonly layer: Layer
  readonly created: number
  readonly outcome: 'done' | 'reused'
}

export interface StepWork {
  readonly step: Exclude<Step, { kind: 'config' }>
  readonly below: readonly DiffId[]
  /** Where in which Dockerfile this step is: former results of the same place explain a miss. */
  readonly slot: string
  readonly fresh: boolean
  readonly said: (stream: 'stdout' | 'stderr', text: string) => void
  /** Called before a step that could not be reused is performed. */
  readonly missed: (miss: Miss) => void
}

/** Does one step that makes a layer, or finds its result. Faults with `step.uncached` where only the latter is allowed. */
export async function doStep(work: StepWork, tools: Tools, ctx: Context): Promise<StepResult> {
  const prepared = await prepare(work.step, tools, ctx)
  const { records } = tools.store
  const under = prepared.alone === true ? [] : work.below
  const below = field(belowName, chainId(under) ?? 'nothing')
  const fields = [
    ...prepared.fields,
    ...(tools.leaks.allowed ? [field('secrets in layers', 'allowed')] : []),
    ...(tools.epoch === undefined ? [] : [field('SOURCE_DATE_EPOCH', String(tools.epoch))]),
  ].map(tools.secretValues.conceal)
  const notes = prepared.ignore === undefined ? [] : [ignoreNote(prepared.ignore)]
  const op = keyOf(fields).digest
  const nearest = records.nearest(work.slot, op)
  const keyWith = (files: readonly KeyPart[]): CacheKey => keyOf([below, ...notes, ...fields, ...files])
  let key: CacheKey | undefined
  let miss: Miss = { kind: work.fresh ? 'unasked' : 'new' }
  // Without an earlier record of the same operation nothing can hit, and the files need be read only once, while they are packed.
  if (nearest !== undefined && !work.fresh) {
    key = keyWith(prepared.files())
    const hit = records.get(key.digest)
    if (hit !== undefined) return { ...readResult(hit, tools), outcome: 'reused' }
    miss = missSince(nearest, { key, prepared, recipe: records.recipe(nearest.key) })
  }
  work.missed(miss)
  if (tools.requireCached)
    throw new Fault('step.uncached', `${work.step.name} is not in the cache: ${explainMiss(miss)}`, {
      hint: 'peel why tells all that differs; build without --require-cached to do the step',
    })
  // What a RUN binds must be known before it runs: afterwards the context could be another.
  if (work.step.kind !== 'copy') key ??= keyWith(prepared.files())
  const earlier = nearest === undefined ? undefined : earlierLayer(nearest, tools)
  const layer = await prepared.perform({ below: under, earlier, said: work.said }, ctx)
  ctx.signal.throwIfAborted()
  key ??= keyWith(prepared.files())
  const created = tools.epoch === undefined ? Date.now() : Number(tools.epoch / 1_000_000n)
  const result = JSON.stringify({ diffId: layer.diffId, created })
  const uses = [layer.diffId]
  const record = { key: key.digest, op, slot: work.slot, result, uses, created: Date.now() }
  records.put(record, printRecipe(key.parts))
  return { layer, created, outcome: 'done' }
}

function missSince(
  nearest: CacheRecord,
  {
    key,
    prepared,
    recipe,
  }: { readonly key: CacheKey; readonly prepared: Prepared; readonly recipe: Uint8Array },
): Miss {
  const { before, after } = splitRecipe(recipe, key.parts)
  return missOf(withIgnored(changedParts(before, after), before, prepared.ignore), nearest.created)
}

function prepare(step: StepWork['step'], tools: Tools, ctx: Context): Promise<Prepared> | Prepared {
  switch (step.kind) {
    case 'run':
      return prepareRun(step, tools)
    case 'copy':
      return prepareCopy(step, tools, ctx)
    case 'workdir':
      return prepareWorkdir(step, tools)
  }
}

function resultOf(record: CacheRecord): { readonly diffId: DiffId; readonly created: number } {
  const value = JSON.parse(record.result) as { diffId?: DiffId; created?: number }
  if (value.diffId === undefined || value.created === undefined)
    throw new Fault('internal', `cache record ${record.key} has no result`)
  return { diffId: value.diffId, created: value.created }
}

function readResult(record: CacheRecord, tools: Tools): { readonly layer: Layer; readonly created: number } {
  const { diffId, created } = resultOf(record)
  return { layer: tools.store.layers.get(diffId), created }
}

function earlierLayer(record: CacheRecord, tools: Tools): DiffId | undefined {
  if (record.result === '') return undefined
  const { diffId } = resultOf(record)
  return tools.store.layers.has(diffId) ? diffId : undefined
}
