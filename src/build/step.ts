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
  splitRecipes,
} from '../cache/index.ts'
import { type Context, chainId, type DiffId, Fault } from '../core/index.ts'
import type { Step } from '../plan/index.ts'
import { ignoreNote, withIgnored } from './ignored-changes.ts'
import type { Earlier, KnownStep, StepEntry, StepPlace } from './known.ts'
import type { Prepared } from './prepared.ts'
import { prepareCopy } from './steps/copy.ts'
import { prepareRun } from './steps/run.ts'
import { prepareWorkdir } from './steps/workdir.ts'
import type { Tools } from './tools.ts'

/** What a step gave: what there is to write down of it, and whether it had to be done. */
export interface StepResult {
  readonly entry: StepEntry
  readonly outcome: 'done' | 'reused'
}

export interface StepWork {
  readonly step: Exclude<Step, { kind: 'config' }>
  readonly below: readonly DiffId[]
  /** Former results of the same place explain a miss. */
  readonly at: StepPlace
  readonly fresh: boolean
  readonly said: (stream: 'stdout' | 'stderr', text: string) => void
  /** Called before a step that could not be reused is performed. */
  readonly missed: (miss: Miss) => void
}

/** Does one step that makes a layer, or finds its result. Faults with `step.uncached` where only the latter is allowed. */
export async function doStep(work: StepWork, tools: Tools, ctx: Context): Promise<StepResult> {
  const prepared = prepare(work.step, tools)
  const { known, supply, alike } = tools
  const { at } = work
  const under = prepared.alone === true ? [] : work.below
  const below = field(belowName, chainId(under) ?? 'nothing')
  const fields = [
    ...prepared.fields,
    ...(tools.leaks.allowed ? [field('secrets in layers', 'allowed')] : []),
    ...(tools.epoch === undefined ? [] : [field('SOURCE_DATE_EPOCH', String(tools.epoch))]),
  ].map(tools.secretValues.conceal)
  const notes = prepared.ignore === undefined ? [] : [ignoreNote(prepared.ignore)]
  const op = keyOf(fields).digest
  const origin = prepared.origin && keyOf([below, ...fields, ...prepared.origin()]).digest
  const rest = keyOf([below, ...fields]).digest
  using turn = await alike.turn(rest)
  ctx.signal.throwIfAborted()
  const reuse = (hit: KnownStep): StepResult => ({ entry: { ...hit, op, origin, at }, outcome: 'reused' })
  // Where the files come from is known before they are: with such a hit the layers that they are in need not be here.
  const byOrigin = origin === undefined || work.fresh ? undefined : known.findByOrigin(origin)
  if (byOrigin !== undefined) return reuse(byOrigin)
  const same = work.fresh ? undefined : prepared.unchanged?.find(rest)
  const again = same === undefined ? undefined : known.find(same)
  if (again !== undefined) return reuse(again)
  const opened = await prepared.open(ctx)
  const earlier = known.nearest(at, op)
  const keyWith = (files: readonly KeyPart[]): CacheKey => keyOf([below, ...notes, ...fields, ...files])
  let key: CacheKey | undefined
  let recipe: Uint8Array | undefined
  let miss: Miss = { kind: work.fresh ? 'unasked' : 'new' }
  // Without an earlier record of the same operation nothing can hit, and the files need be read only once, while they are packed.
  if (earlier !== undefined && (!work.fresh || turn.later)) {
    key = keyWith(opened.files())
    const hit = known.find(key.digest)
    if (hit !== undefined && (!work.fresh || alike.made.has(hit.key))) {
      if (origin !== undefined && hit.here) known.keepOrigin(origin, hit)
      prepared.unchanged?.learn(rest, key.digest)
      return reuse(hit)
    }
    const before = work.fresh ? new Uint8Array(0) : await earlier.recipe(ctx)
    recipe = printRecipe(key.parts)
    if (before.length > 0) miss = missSince(earlier, { before, after: recipe }, prepared)
  }
  work.missed(miss)
  if (tools.requireCached)
    throw new Fault('step.uncached', `${work.step.name} is not in the cache: ${explainMiss(miss)}`, {
      hint: 'peel why tells all that differs; build without --require-cached to do the step',
    })
  // What a RUN binds must be known before it runs: afterwards the context could be another.
  if (work.step.kind !== 'copy') key ??= keyWith(opened.files())
  await supply.obtain(under, ctx)
  const layer = await opened.perform({ below: under, earlier: earlier?.layer, said: work.said }, ctx)
  ctx.signal.throwIfAborted()
  key ??= keyWith(opened.files())
  const created = tools.epoch === undefined ? Date.now() : Number(tools.epoch / 1_000_000n)
  const bytes = recipe ?? printRecipe(key.parts)
  const entry = { key: key.digest, origin, op, at, layer, created, here: true, recipe: async () => bytes }
  known.keep(entry, bytes)
  alike.made.add(key.digest)
  return { entry, outcome: 'done' }
}

function missSince(
  { since }: Earlier,
  recipes: { readonly before: Uint8Array; readonly after: Uint8Array },
  prepared: Prepared,
): Miss {
  const { before, after } = splitRecipes(recipes.before, recipes.after)
  return missOf(withIgnored(changedParts(before, after), before, prepared.ignore), since)
}

function prepare(step: StepWork['step'], tools: Tools): Prepared {
  switch (step.kind) {
    case 'run':
      return prepareRun(step, tools)
    case 'copy':
      return prepareCopy(step, tools)
    case 'workdir':
      return prepareWorkdir(step, tools)
  }
}
