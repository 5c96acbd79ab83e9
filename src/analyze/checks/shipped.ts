// The instructions whose layers end up in the image: those of the target, above those of the stages that it is built on.
import type { Facts, InstructionFacts, StageFacts } from './facts.ts'

export interface Shipped {
  readonly instruction: InstructionFacts
  /** `undefined` while it is the base image's. */
  readonly workdir: string | undefined
}

/** Lowest first. */
export function shippedInstructions({ stages, target }: Facts): readonly Shipped[] {
  const chain: StageFacts[] = []
  for (let at = stages[target]; at !== undefined; ) {
    chain.unshift(at)
    const { image, stage } = at
    at = stages.slice(0, stage.index).findLast((other) => other.stage.name === image.text.toLowerCase())
  }
  return chain.flatMap((stage) => {
    const places = workdirs(stage)
    return stage.instructions.map((instruction, i) => ({ instruction, workdir: places[i] }))
  })
}

/** The working directory before each instruction of a stage; `undefined` while it is the base image's. */
export function workdirs({ instructions }: StageFacts): readonly (string | undefined)[] {
  let current: string | undefined
  return instructions.map(({ expanded }) => {
    const before = current
    if (expanded.kind === 'WORKDIR')
      if (expanded.path.startsWith('/')) current = expanded.path
      else current = current === undefined ? undefined : `${current}/${expanded.path}`
    return before
  })
}
