// The steps of a build as they are written for other machines.
import type { StepToPrint } from '../../cache/index.ts'
import type { Context } from '../../core/index.ts'
import type { StepEntry } from '../known.ts'

/** The steps with their recipes. */
export function stepsToPrint(steps: readonly StepEntry[], ctx: Context): Promise<readonly StepToPrint[]> {
  return Promise.all(
    steps.map(async ({ key, origin, op, at, layer, created, recipe }) => {
      const { diffId, size, contentSize } = layer
      return {
        key,
        origin,
        op,
        stage: at.stage,
        number: at.number,
        platform: at.platform,
        layer: { diffId, size, contentSize },
        created,
        recipeBytes: await recipe(ctx),
      }
    }),
  )
}
