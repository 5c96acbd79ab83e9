// The steps of a build as they are written for other machines.
import type { StepToPrint } from '../../cache/index.ts'
import type { Context } from '../../core/index.ts'
import type { StepEntry } from '../known.ts'

/** A step, and the platform that was asked for when it was built. */
export interface ExportedStep extends StepEntry {
  readonly platform: string | undefined
}

/** The steps with their recipes. */
export function stepsToPrint(steps: readonly ExportedStep[], ctx: Context): Promise<readonly StepToPrint[]> {
  return Promise.all(
    steps.map(async ({ key, origin, op, at, platform, layer, created, recipe }) => {
      const { diffId, size, contentSize } = layer
      return {
        key,
        origin,
        op,
        stage: at.stage,
        number: at.number,
        platform,
        layer: { diffId, size, contentSize },
        created,
        recipeBytes: await recipe(ctx),
      }
    }),
  )
}
