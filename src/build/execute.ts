// Walks a plan: stages side by side, the steps of a stage one after the other, each waiting only for the stages it takes files from.
import { explainMiss, type Miss, type PartChange } from '../cache/index.ts'
import {
  asFault,
  type Context,
  type DiffId,
  type Digest,
  type Fault,
  type Outcome,
  openLimit,
  type Place,
  placed,
  printPlatform,
  rootPath,
} from '../core/index.ts'
import { placeOfWord } from '../dockerfile/index.ts'
import type { HistoryEntry } from '../image/index.ts'
import { historyComment, type Plan, type PlannedStage, type Step, stagesOf } from '../plan/index.ts'
import { openAlike } from './alike.ts'
import { recordBase } from './base-record.ts'
import type { StepEntry } from './known.ts'
import { doStep } from './step.ts'
import type { Tools } from './tools.ts'
import { treeLayers } from './tree.ts'

/** A finished stage. `places` tells for each history entry which line of the Dockerfile made it. */
export interface StageResult {
  readonly layers: readonly DiffId[]
  readonly history: readonly HistoryEntry[]
  readonly places: readonly (Place | undefined)[]
  /** When the newest layer was made (RFC 3339). */
  readonly created: string | undefined
}

/** The target's stage, and the steps of all stages that ended well. */
export interface Executed extends StageResult {
  readonly steps: readonly StepEntry[]
}

/** A step that has ended, of a build that may fail. `began` and `ended`: milliseconds since the epoch. */
export interface RecordedStep {
  /** The `task` of the step's events; unique in its build. */
  readonly task: string
  /** As in the Dockerfile, continuations joined: `RUN make`. */
  readonly name: string
  readonly stage: string
  /** Counted from 1 in its stage, of the `of` steps there that make layers. */
  readonly number: number
  readonly of: number
  readonly place: Place
  readonly outcome: Outcome
  readonly began: number
  readonly ended: number
  /** Why it could not be reused. */
  readonly miss?: Miss | undefined
  /** What was made or reused; `size`: bytes of file content. */
  readonly layer?: { readonly diffId: DiffId; readonly size: number } | undefined
  /** Why it failed, as one sentence. */
  readonly message?: string | undefined
}

/** What a stage stands on. */
export type RecordedBase =
  | {
      readonly kind: 'image'
      readonly stage: string
      readonly name: string
      readonly manifest: Digest
      /** How many layers it has. */
      readonly layers: number
      readonly place: Place
      /** What differs from the image that this stage stood on before. */
      readonly changes: readonly PartChange[]
    }
  /** `name`: the other stage, or a context given by that name. */
  | { readonly kind: 'stage' | 'files'; readonly stage: string; readonly name: string }

/** Told of everything as it happens, so that a build that fails leaves a record, too. */
export interface BuildObserver {
  base(base: RecordedBase): void
  step(step: RecordedStep): void
}

export interface ExecuteOptions {
  /** Of the whole Dockerfile, for faults. */
  readonly source: string
  /** Tells this Dockerfile's cache records from others'. */
  readonly slot: string
  readonly parallel: number
  /** From 1; tasks of later attempts have names of their own. */
  readonly attempt: number
  /** Whether a stage's steps are built anew whatever the cache holds. */
  readonly fresh: (stage: PlannedStage) => boolean
  readonly observer: BuildObserver
  /** Everything but what only a running plan knows. */
  readonly tools: Omit<Tools, 'alike' | 'stageLayers'>
}

/** Executes a plan. The first fault stops the other stages and is thrown when they have stopped. */
export async function execute(plan: Plan, options: ExecuteOptions, ctx: Context): Promise<Executed> {
  const stopping = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stopping.signal])
  const inner: Context = { signal, emit: ctx.emit }
  const limit = openLimit(options.parallel)
  const suffix = options.attempt === 1 ? '' : `#${options.attempt}`
  const finished = new Map<number, StageResult>()
  const steps: StepEntry[] = []
  const tools: Tools = {
    ...options.tools,
    alike: openAlike(),
    stageLayers: (stage) => (finished.get(stage) as StageResult).layers,
  }
  /** How many steps of each stage have begun. */
  const reached = new Map<number, number>()
  const running = new Map<number, Promise<StageResult>>()
  for (const stage of plan.stages) {
    const run = runStage(stage).then((result) => {
      finished.set(stage.index, result)
      return result
    })
    run.catch((thrown) => stopping.abort(thrown))
    running.set(stage.index, run)
  }
  await Promise.allSettled(running.values())
  // The first fault stopped the others; what the user did while they stopped does not hide it.
  if (stopping.signal.aborted) {
    const fault = asFault(stopping.signal.reason)
    // what a cache has lost is looked up anew: nothing has failed yet
    if (fault.code !== 'cache.lost') for (const stage of plan.stages) tellUnreached(stage)
    throw fault
  }
  return { ...(finished.get(plan.target) as StageResult), steps }

  function tellUnreached(stage: PlannedStage): void {
    const making = stage.steps.filter(({ kind }) => kind !== 'config')
    for (const [i, { name }] of making.entries()) {
      if (i < (reached.get(stage.index) ?? 0)) continue
      const step = { number: i + 1, of: making.length }
      ctx.emit({ type: 'omitted', name, why: 'unreached', stage: stage.name, step })
    }
  }

  async function runStage(stage: PlannedStage): Promise<StageResult> {
    const begun = await startStage(stage)
    const layers = [...begun.layers]
    const history = [...begun.history]
    const places = [...begun.places]
    let { created } = begun
    const making = stage.steps.filter(({ kind }) => kind !== 'config').length
    let number = 0
    for (const step of stage.steps) {
      signal.throwIfAborted()
      if (step.kind === 'config') history.push(entry(step, created, true))
      else {
        number++
        await Promise.all(stagesOf(step).map((needed) => running.get(needed)))
        const done = await limit(() => runStep(stage, { step, number, of: making, below: layers.slice() }))
        steps.push(done)
        layers.push(done.layer.diffId)
        created = new Date(done.created).toISOString()
        history.push(entry(step, created, false))
      }
      places.push(step.place)
    }
    return { layers, history, places, created }
  }

  async function startStage(stage: PlannedStage): Promise<StageResult> {
    const { base } = stage
    if (base.kind === 'stage') {
      const parent = plan.stages.find(({ index }) => index === base.stage) as PlannedStage
      options.observer.base({ kind: 'stage', stage: stage.name, name: parent.name })
      return (await running.get(base.stage)) as StageResult
    }
    if (base.kind === 'scratch') return { layers: [], history: [], places: [], created: undefined }
    const task = `${stage.index}.0${suffix}`
    const name = base.kind === 'files' ? base.name : base.image.name
    ctx.emit({ type: 'began', task, name: `FROM ${name}`, at: Date.now(), stage: stage.name })
    const files = base.kind === 'files' ? await treeLayers(base.source, rootPath, tools, inner) : undefined
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    // the tree has no history of its own; without an entry the image's history would not fit its layers
    if (base.kind === 'files') {
      options.observer.base({ kind: 'files', stage: stage.name, name })
      const history = (files ?? []).map(() => ({ created_by: `FROM ${name}`, comment: historyComment }))
      return { layers: files ?? [], history, places: history.map(() => undefined), created: undefined }
    }
    const { manifest, config, layers } = base.image
    const changes = recordBase(base.image, {
      platform: stage.platform,
      slot: `${options.slot} ${stage.name} 0`,
      records: tools.store.records,
    })
    options.observer.base({
      kind: 'image',
      stage: stage.name,
      name,
      manifest,
      layers: layers.length,
      place: base.place,
      changes,
    })
    const history = config.history ?? []
    return { layers, history, places: history.map(() => undefined), created: config.created }
  }

  async function runStep(
    stage: PlannedStage,
    work: {
      readonly step: Exclude<Step, { kind: 'config' }>
      readonly number: number
      readonly of: number
      readonly below: readonly DiffId[]
    },
  ): Promise<StepEntry> {
    const { step, number } = work
    signal.throwIfAborted()
    reached.set(stage.index, number)
    const task = `${stage.index}.${number}${suffix}`
    const began = Date.now()
    ctx.emit({
      type: 'began',
      task,
      name: step.name,
      at: began,
      stage: stage.name,
      step: { number, of: work.of },
    })
    let miss: Miss | undefined
    const missed = (found: Miss): void => {
      miss = found
      if (found.kind === 'changed' || found.kind === 'gone')
        ctx.emit({ type: 'missed', task, reason: explainMiss(found) })
    }
    const end = (outcome: Outcome, { layer, message }: Pick<RecordedStep, 'layer' | 'message'>): void => {
      const ended = Date.now()
      ctx.emit({ type: 'ended', task, outcome, at: ended, size: layer?.size, message })
      const { name, place } = step
      options.observer.step({
        task,
        name,
        stage: stage.name,
        number,
        of: work.of,
        place,
        outcome,
        began,
        ended,
        miss,
        layer,
        message,
      })
    }
    try {
      const result = await doStep(
        {
          step,
          below: work.below,
          at: {
            dockerfile: options.slot,
            stage: stage.name,
            number,
            platform: printPlatform(stage.platform),
          },
          fresh: options.fresh(stage),
          said: (stream, text) => ctx.emit({ type: 'said', task, stream, text }),
          missed,
        },
        tools,
        inner,
      )
      const { diffId, contentSize: size } = result.entry.layer
      end(result.outcome, { layer: { diffId, size } })
      return result.entry
    } catch (thrown) {
      const fault = asFault(thrown)
      const cancelled = fault.kind === 'cancelled' || fault.code === 'cache.lost' || signal.aborted
      end(cancelled ? 'cancelled' : 'failed', cancelled ? {} : { message: fault.message })
      throw placed(fault, placeOf(fault, step.place, options.source), options.source)
    }
  }
}

function entry(step: Step, created: string | undefined, empty: boolean): HistoryEntry {
  return {
    ...(created !== undefined && { created }),
    created_by: step.createdBy,
    comment: historyComment,
    ...(empty && { empty_layer: true }),
  }
}

/** A source that is not there is pointed at, not the whole instruction. */
function placeOf({ code, details }: Fault, place: Place, source: string): Place {
  const word = code === 'copy.missing' ? details.data?.source : undefined
  return typeof word === 'string' ? placeOfWord(source, place, word) : place
}
