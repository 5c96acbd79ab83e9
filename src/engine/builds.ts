// The builds that ran, as the store remembers them.
import { Fault, isFault, type Place } from '../core/index.ts'
import type { BuildRecord, Store } from '../store/index.ts'
import type { BuildReport, BuildRow, RecordedBase, RecordedStep } from './api/index.ts'
import { findImage } from './names.ts'

/** What is written down of a build besides its times and its image. */
export interface BuildSummary extends Pick<BuildRow, 'outcome' | 'dockerfile' | 'tags'> {
  /** The Dockerfile's text. */
  readonly text: string
  readonly context?: string | undefined
  readonly target?: string | undefined
  readonly bases: readonly RecordedBase[]
  readonly steps: readonly RecordedStep[]
  /** For each history entry of the image its line; `null` for those of the base. */
  readonly places: readonly ({ readonly file: string; readonly line: number } | null)[]
  readonly message?: string | undefined
  readonly hint?: string | undefined
  readonly place?: Place | undefined
}

/** Builds that older versions wrote down have no steps in this form; they are listed without. */
function readSummary(record: BuildRecord): BuildSummary {
  const read = JSON.parse(record.summary) as Partial<BuildSummary>
  const outcome = record.image === undefined ? 'failed' : 'done'
  const { dockerfile = '', text = '', tags = [], places = [] } = read
  return read.bases === undefined
    ? { outcome, dockerfile, text, tags, places, context: read.context, bases: [], steps: [] }
    : (read as BuildSummary)
}

export function listBuilds(
  store: Store,
  { limit = 1000 }: { readonly limit?: number | undefined } = {},
): BuildRow[] {
  return store.builds.list(limit).map((record) => {
    const { bases, steps, failure, ...row } = reportOf(record)
    return { ...row, steps: steps.length }
  })
}

/** Faults with `build.missing`. */
export function buildReport(store: Store, which?: string): BuildReport {
  return reportOf(findBuild(store, which))
}

export function reportOf(record: BuildRecord): BuildReport {
  const { number, started: began, ended, image } = record
  const { text, hint, place, ...summary } = readSummary(record)
  const { outcome, dockerfile, context, target, tags, bases, steps, message } = summary
  const made = steps.reduce((sum, step) => sum + (step.outcome === 'done' ? (step.layer?.size ?? 0) : 0), 0)
  return {
    number,
    outcome,
    dockerfile,
    context,
    target,
    tags,
    began,
    ended,
    image,
    reused: steps.filter((step) => step.outcome === 'reused').length,
    made,
    message,
    ...(message !== undefined && {
      failure: { message, hint, place, source: place?.file === dockerfile ? text : undefined },
    }),
    bases,
    steps: [...steps].sort((a, b) => a.began - b.began || a.ended - b.ended),
  }
}

/** By number, by `^N`, by the image it made; the last one where none is named. Faults with `build.missing`. */
export function findBuild(store: Store, which: string | undefined): BuildRecord {
  const back = which === undefined ? 0 : /^\^(\d{0,6})$/.test(which) ? Number(which.slice(1) || 1) : undefined
  const found = back === undefined ? findNamed(store, which as string) : store.builds.list(back + 1)[back]
  if (found !== undefined) return found
  throw new Fault(
    'build.missing',
    which === undefined ? 'nothing was built here yet' : `No such build: ${which}`,
    {
      hint: 'peel builds lists those that are remembered; name one by its number or its image',
    },
  )
}

function findNamed(store: Store, which: string): BuildRecord | undefined {
  const numbered = /^\d{1,9}$/.test(which) ? store.builds.find(Number(which)) : undefined
  if (numbered !== undefined) return numbered
  try {
    return store.builds.ofImage(findImage(store, which).configDigest, 'counted')
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'image.missing') return undefined
    throw thrown
  }
}
