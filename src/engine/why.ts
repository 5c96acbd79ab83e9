// Why the steps of a build were not in the cache: what was recorded, in words, with each step led back to what it follows from.
import { explainChange, explainMiss, type PartChange } from '../cache/index.ts'
import type { Store } from '../store/index.ts'
import type { BuildReport, ExplainedStep, RecordedStep, WhyReport } from './api/index.ts'
import { buildReport } from './builds.ts'

/** Faults with `build.missing`. */
export function explainBuild(store: Store, which?: string): WhyReport {
  const build = buildReport(store, which)
  return {
    ...build,
    bases: build.bases.map((base) => ({
      ...base,
      reasons: base.kind === 'image' ? base.changes.map(explainChange) : [],
    })),
    steps: build.steps.map((step) => ({ ...step, ...reasonsOf(step), follows: followed(step, build) })),
  }
}

function reasonsOf({ miss }: RecordedStep): Pick<ExplainedStep, 'reasons' | 'more'> {
  if (miss === undefined) return { reasons: [], more: 0 }
  if (miss.kind !== 'changed') return { reasons: [explainMiss(miss)], more: 0 }
  return { reasons: miss.changes.map(explainChange), more: miss.more }
}

/** The nearest step below that gave something new, or the image at the bottom if that changed. */
function followed(step: RecordedStep, build: BuildReport): ExplainedStep['follows'] {
  if (!changesOf(step).some(({ kind }) => kind === 'below')) return undefined
  return newestIn(step.stage, step.number, build)
}

function newestIn(stage: string, below: number, build: BuildReport): ExplainedStep['follows'] {
  const done = build.steps.filter(
    (step) => step.stage === stage && step.number < below && step.outcome === 'done',
  )
  const [cause] = done.sort((a, b) => b.number - a.number)
  if (cause !== undefined) return { stage, number: cause.number, name: cause.name }
  const base = build.bases.find((one) => one.stage === stage)
  if (base?.kind === 'stage') return newestIn(base.name, Number.POSITIVE_INFINITY, build)
  return base?.kind !== 'image' || base.changes.length === 0
    ? undefined
    : { stage, number: 0, name: `FROM ${base.name}` }
}

function changesOf({ miss }: RecordedStep): readonly PartChange[] {
  return miss?.kind === 'changed' ? miss.changes : []
}
