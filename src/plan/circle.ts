// Stages that need each other. A Dockerfile with such a circle is refused anyway, since files come from earlier stages only: this says
// which stage is in the circle, which the order alone does not tell.
import type { Dockerfile, Stage } from '../dockerfile/index.ts'

/** The name of the first stage that leads into a circle of COPY --from and RUN --mount=from; `undefined` where there is none. */
export function findCircle(file: Dockerfile): string | undefined {
  const visited = new Set<Stage>()
  const onPath = new Set<Stage>()
  const leadsBack = (stage: Stage): boolean => {
    if (onPath.has(stage)) return true
    if (visited.has(stage)) return false
    visited.add(stage)
    onPath.add(stage)
    const found = neededBy(stage, file).some(leadsBack)
    onPath.delete(stage)
    return found
  }
  const first = file.stages.find(leadsBack)
  return first === undefined ? undefined : (first.name ?? `stage-${first.index}`)
}

function neededBy(stage: Stage, file: Dockerfile): readonly Stage[] {
  const names = stage.instructions.flatMap((instruction) => {
    if (instruction.kind === 'COPY') return [instruction.flags.from]
    if (instruction.kind !== 'RUN') return []
    return instruction.mounts.flatMap(({ fields }) =>
      fields.flatMap(({ key, value }) => (key === 'from' ? [value] : [])),
    )
  })
  return names.flatMap((name) =>
    file.stages.filter((other) => name !== undefined && other.name === name.toLowerCase()),
  )
}
