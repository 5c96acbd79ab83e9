// What is to be remembered of a build, collected while it runs, so that a build that fails is remembered, too.
import type { BuildObserver, RecordedBase, RecordedStep } from '../build/index.ts'
import { explainMiss } from '../cache/index.ts'
import type { Digest } from '../core/index.ts'
import type { Store } from '../store/index.ts'
import type { BuiltStep } from './api/index.ts'
import type { BuildSource } from './build-source.ts'
import type { BuildSummary } from './builds.ts'

export interface OpenBuildRecord {
  readonly observer: BuildObserver
  /** The steps so far, in the order in which they ended. */
  builtSteps(): readonly BuiltStep[]
  /** Writes the build down; `image` is the config digest of what it made. */
  save(
    store: Store,
    how: Pick<BuildSummary, 'outcome' | 'places' | 'message' | 'hint' | 'place'>,
    image?: Digest,
  ): void
}

/** A `trial` is built to look at its image, and is in no list of builds. */
export type BuildKind = 'counted' | 'trial'

/** `began`: milliseconds since the epoch. */
export function openBuildRecord(
  build: Pick<BuildSource, 'context' | 'dockerfile' | 'target'> & {
    readonly id: string
    readonly tags: readonly string[]
    readonly began: number
    readonly kind: BuildKind
  },
): OpenBuildRecord {
  const bases: RecordedBase[] = []
  const steps: RecordedStep[] = []
  return {
    observer: { base: (base) => bases.push(base), step: (step) => steps.push(step) },
    builtSteps: () => steps.map(builtStep),
    save(store, how, image) {
      const { id, dockerfile, target, tags, began } = build
      const { name, text } = dockerfile
      const summary: BuildSummary = {
        dockerfile: name,
        text: typeof text === 'string' ? text : Buffer.from(text).toString(),
        context: build.context.name || undefined,
        target,
        tags,
        bases,
        steps,
        ...how,
      }
      const times = { started: began, ended: Date.now() }
      store.builds.save({ id, ...times, image, summary: JSON.stringify(summary) }, build.kind)
    },
  }
}

function builtStep(step: RecordedStep): BuiltStep {
  const { miss, began, ended } = step
  const reason = miss?.kind === 'changed' || miss?.kind === 'gone' ? explainMiss(miss) : undefined
  return {
    ...step,
    outcome: step.outcome === 'reused' ? 'reused' : 'done',
    ...(reason !== undefined && { reason }),
    milliseconds: ended - began,
  }
}
