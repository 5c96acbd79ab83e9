// Stages that need each other. A build that came to one would fail, since files come from earlier stages only; as in BuildKit it fails
// even where the target needs none of them.
import { Fault } from '../core/index.ts'
import type { Dockerfile, Stage } from '../dockerfile/index.ts'

/** Faults with `stage.missing` for the first stage that leads into a circle of COPY --from and RUN --mount=from. */
export function checkCircles(file: Dockerfile): void {
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
  if (first === undefined) return
  const name = first.name ?? `stage-${first.index}`
  throw new Fault('stage.missing', `circular dependency detected on stage: ${name}`, {
    hint: 'a stage can take files only from stages that do not need it',
    place: first.from.place,
    source: file.source,
  })
}

function neededBy(stage: Stage, file: Dockerfile): readonly Stage[] {
  const names = stage.instructions.flatMap((instruction) => {
    if (instruction.kind === 'COPY') return [instruction.flags.from]
    if (instruction.kind !== 'RUN') return []
    return instruction.mounts.flatMap(({ fields }) =>
      fields.flatMap(({ key, value }) => (key === 'from' ? [value] : [])),
    )
  })
  return names.flatMap((name) => {
    if (name === undefined) return []
    const needed = /^\d+$/.test(name)
      ? file.stages[Number(name)]
      : file.stages.findLast((other) => other.name === name.toLowerCase())
    return needed === undefined ? [] : [needed]
  })
}
