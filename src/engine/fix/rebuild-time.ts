// How long a rebuild takes after a source file changed: the steps of the target stage from the first that copies a directory of the
// context on. What a step took is known from the time it ran; one that was reused took that long earlier.
import type { FixFindings } from '../../analyze/index.ts'
import type { Dockerfile, Instruction } from '../../dockerfile/index.ts'
import type { Store } from '../../store/index.ts'
import type { BuiltStep, RecordedStep } from '../api/index.ts'
import { reportOf } from '../builds.ts'

/** So many earlier builds are asked how long a step took. */
const remembered = 50

export interface StepTimes {
  note(steps: readonly RecordedStep[]): void
  /** Milliseconds that the step took when it last ran; `undefined` where that is forgotten. */
  find(step: RecordedStep): number | undefined
}

export function openStepTimes(store: Store): StepTimes {
  const times = new Map<string, number>()
  const keyOf = ({ name, layer }: RecordedStep): string => `${name}\0${layer?.diffId}`
  const note = (steps: readonly RecordedStep[]): void => {
    for (const step of steps) if (step.outcome === 'done') times.set(keyOf(step), step.ended - step.began)
  }
  for (const record of store.builds.list(remembered, 'with trials').toReversed()) note(reportOf(record).steps)
  return { note, find: (step) => times.get(keyOf(step)) }
}

export function rebuildTime(
  file: Dockerfile,
  {
    target,
    steps,
    times,
    context,
  }: {
    readonly target: number
    readonly steps: readonly BuiltStep[]
    readonly times: StepTimes
    readonly context: FixFindings['context']
  },
): number | undefined {
  const { from, instructions } = file.stages[target]!
  const first = instructions.find((one) => copiesDirectory(one, context))
  if (first === undefined) return undefined
  const end = instructions.at(-1)?.place.endLine ?? from.place.endLine
  const again = steps.filter(({ place }) => place.line >= first.place.line && place.line <= end)
  return again.reduce((sum, step) => sum + (times.find(step) ?? 0), 0)
}

function copiesDirectory(instruction: Instruction, context: FixFindings['context']): boolean {
  if (instruction.kind !== 'COPY' && instruction.kind !== 'ADD') return false
  if ('from' in instruction.flags && instruction.flags.from !== undefined) return false
  return instruction.sources.some((source) => {
    if (typeof source !== 'string') return false
    const path = source.replace(/^(?:\.?\/)+|\/+\.?$/g, '')
    return path === '' || path === '.' || context.get(path) === 'directory'
  })
}
