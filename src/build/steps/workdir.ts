// WORKDIR: makes the directory, owned by the stage's user.
import { field } from '../../cache/index.ts'
import type { WorkdirStep } from '../../plan/index.ts'
import { ownerIn } from '../owner.ts'
import { openPlacement } from '../place.ts'
import type { Prepared } from '../prepared.ts'
import { clampTime, type Tools } from '../tools.ts'

export function prepareWorkdir(step: WorkdirStep, tools: Tools): Prepared {
  return {
    fields: [field('instruction', 'WORKDIR'), field('path', step.path), field('user', step.user)],
    ignore: undefined,
    open: async () => ({
      files: () => [],
      perform({ below }, ctx) {
        const stack = tools.store.layers.stack(below)
        const owner = ownerIn(stack, step.user, step.place, ctx)
        const placement = openPlacement(stack, {
          destination: step.path,
          owner,
          now: tools.now(),
          time: (mtime) => clampTime(tools, mtime),
        })
        placement.makeDirectory(step.path)
        return tools.store.layers.pack(placement.entries(), ctx)
      },
    }),
  }
}
