// A plan is executed until all layers of its image are here. Results taken from caches of other machines are believed until their layers
// are asked for; where one cannot be had, its steps are forgotten and the plan is executed anew: what was done is known by then.
import { asFault, type Context, type DiffId } from '../core/index.ts'
import type { Plan } from '../plan/index.ts'
import { type Executed, type ExecuteOptions, execute } from './execute.ts'
import type { Caches } from './remote/caches.ts'

export async function executeSurely(
  plan: Plan,
  options: Omit<ExecuteOptions, 'attempt'>,
  caches: Caches,
  ctx: Context,
): Promise<Executed> {
  for (let attempt = 1; ; attempt++)
    try {
      const done = await execute(plan, { ...options, attempt }, ctx)
      await options.tools.supply.obtain(done.layers, ctx)
      await recordFetched(done, options, ctx)
      return done
    } catch (thrown) {
      const { code, message, details } = asFault(thrown)
      if (code !== 'cache.lost') throw thrown
      // each time there is one layer less that can be lost
      caches.drop(details.data?.layer as DiffId)
      ctx.emit({ type: 'warning', code: 'cache.unused', message })
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
