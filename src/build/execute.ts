// Walks a plan: stages side by side, the steps of a stage one after the other, each waiting only for the stages it takes files from.
import {
  asFault,
  type Context,
  type DiffId,
  type Outcome,
  type Place,
  placed,
  rootPath,
} from '../core/index.ts'
import type { HistoryEntry } from '../image/index.ts'
import { historyComment, type Plan, type PlannedStage, type Step, stagesOf } from '../plan/index.ts'
import { openLimit } from './limit.ts'
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

export interface ExecutedStep {
  readonly name: string
  readonly stage: string
  readonly place: Place
  readonly outcome: 'done' | 'reused'
  readonly reason?: string | undefined
  readonly milliseconds: number
  readonly layer: { readonly diffId: DiffId; readonly size: number }
}

export interface Execution {
  readonly target: StageResult
  readonly steps: readonly ExecutedStep[]
}

export interface ExecuteOptions {
  /** Of the whole Dockerfile, for faults. */
  readonly source: string
  /** Tells this Dockerfile's cache records from others'. */
  readonly slot: string
  readonly parallel: number
  /** Whether a stage's steps are built anew whatever the cache holds. */
  readonly fresh: (stage: PlannedStage) => boolean
  /** Everything but what only a running plan knows. */
  readonly tools: Omit<Tools, 'stageLayers'>
}

/** Executes a plan. The first fault stops the other stages and is thrown when they have stopped. */
export async function execute(plan: Plan, options: ExecuteOptions, ctx: Context): Promise<Execution> {
  const stopping = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stopping.signal])
  const inner: Context = { signal, emit: ctx.emit }
  const limit = openLimit(options.parallel)
  const finished = new Map<number, StageResult>()
  const tools: Tools = {
    ...options.tools,
    stageLayers: (stage) => (finished.get(stage) as StageResult).layers,
  }
  const steps: ExecutedStep[] = []
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
  if (stopping.signal.aborted) throw asFault(stopping.signal.reason)
  return { target: finished.get(plan.target) as StageResult, steps }

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
        const result = await limit(() => runStep(stage, { step, number, of: making, below: layers.slice() }))
        layers.push(result.layer.diffId)
        created = new Date(result.created).toISOString()
        history.push(entry(step, created, false))
      }
      places.push(step.place)
    }
    return { layers, history, places, created }
  }

  async function startStage(stage: PlannedStage): Promise<StageResult> {
    const { base } = stage
    if (base.kind === 'stage') return (await running.get(base.stage)) as StageResult
    if (base.kind === 'scratch') return { layers: [], history: [], places: [], created: undefined }
    const task = `${stage.index}.0`
    const name = base.kind === 'files' ? base.name : base.image.name
    ctx.emit({ type: 'began', task, name: `FROM ${name}`, at: Date.now(), stage: stage.name })
    const files = base.kind === 'files' ? await treeLayers(base.source, rootPath, tools, inner) : undefined
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    // the tree has no history of its own; without an entry the image's history would not fit its layers
    if (base.kind === 'files') {
      const history = (files ?? []).map(() => ({ created_by: `FROM ${name}`, comment: historyComment }))
      return { layers: files ?? [], history, places: history.map(() => undefined), created: undefined }
    }
    const { config, layers } = base.image
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
  ) {
    const { step, number } = work
    signal.throwIfAborted()
    const task = `${stage.index}.${number}`
    const began = Date.now()
    ctx.emit({
      type: 'began',
      task,
      name: step.name,
      at: began,
      stage: stage.name,
      step: { number, of: work.of },
    })
    const end = (outcome: Outcome, more: { readonly size?: number; readonly message?: string }): void =>
      ctx.emit({ type: 'ended', task, outcome, at: Date.now(), ...more })
    try {
      const result = await doStep(
        {
          step,
          below: work.below,
          slot: `${options.slot} ${stage.name} ${number}`,
          fresh: options.fresh(stage),
          said: (stream, text) => ctx.emit({ type: 'said', task, stream, text }),
          missed: (reason) => ctx.emit({ type: 'missed', task, reason }),
        },
        tools,
        inner,
      )
      end(result.outcome, { size: result.layer.contentSize })
      steps.push({
        name: step.name,
        stage: stage.name,
        place: step.place,
        outcome: result.outcome,
        reason: result.reason,
        milliseconds: Date.now() - began,
        layer: { diffId: result.layer.diffId, size: result.layer.contentSize },
      })
      return result
    } catch (thrown) {
      const fault = asFault(thrown)
      const cancelled = fault.kind === 'cancelled' || signal.aborted
      end(cancelled ? 'cancelled' : 'failed', cancelled ? {} : { message: fault.message })
      throw placed(fault, step.place, options.source)
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
