// A plan is executed until all layers of its image are here. Results taken from caches of other machines are believed until their layers
// are asked for; where one cannot be had, its steps are forgotten and the plan is executed anew: what was done is known by then.
import { asFault, type Context, type DiffId } from '../core/index.ts'
import type { Plan } from '../plan/index.ts'
import {
  type BuildObserver,
  type Executed,
  type ExecuteOptions,
  execute,
  type RecordedStep,
} from './execute.ts'
import type { Caches } from './remote/caches.ts'

export async function executeSurely(
  plan: Plan,
  options: Omit<ExecuteOptions, 'attempt'>,
  caches: Caches,
  ctx: Context,
): Promise<Executed> {
  const journal = openJournal(options.observer)
  for (let attempt = 1; ; attempt++)
    try {
      const done = await execute(plan, { ...options, attempt, observer: journal }, ctx)
      await options.tools.supply.obtain(done.layers, ctx)
      await recordFetched(done, options, ctx)
      journal.tell()
      return done
    } catch (thrown) {
      const { code, message, details } = asFault(thrown)
      if (code !== 'cache.lost') {
        journal.tell()
        throw thrown
      }
      // each time there is one layer less that can be lost
      caches.drop(details.data?.layer as DiffId)
      ctx.emit({ type: 'warning', code: 'cache.unused', message })
      journal.begin()
    }
}

interface Journal extends BuildObserver {
  /** A new attempt: what was done stays so, whatever the next attempt finds in the cache. */
  begin(): void
  /** Tells the observer what the last attempt came to. */
  tell(): void
}

function openJournal(observer: BuildObserver): Journal {
  const done = new Map<string, RecordedStep>()
  let steps: RecordedStep[] = []
  let attempts = 1
  const place = ({ stage, number }: RecordedStep): string => `${stage} ${number}`
  return {
    base: (base) => {
      if (attempts === 1) observer.base(base)
    },
    step: (step) => steps.push(step),
    begin() {
      for (const step of steps) if (step.outcome === 'done') done.set(place(step), step)
      steps = []
      attempts++
    },
    tell() {
      for (const step of steps) {
        const before = step.outcome === 'reused' ? done.get(place(step)) : undefined
        observer.step(before?.layer?.diffId === step.layer?.diffId ? (before ?? step) : step)
      }
    },
  }
}

/** What came from other machines, layer and all, is this store's own from now on. */
async function recordFetched(
  { steps }: Executed,
  { tools: { store, known } }: Omit<ExecuteOptions, 'attempt'>,
  ctx: Context,
): Promise<void> {
  for (const step of steps)
    if (!step.here && store.layers.has(step.layer.diffId)) known.keep(step, await step.recipe(ctx))
}
