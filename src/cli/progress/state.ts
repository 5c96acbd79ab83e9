// One pure reducer from events to what all the drawings show. Tasks are numbered in the order in which they begin. Of the texts of
// events only a program's own output may still hold characters that a terminal obeys.
import { type Event, type Outcome, type Place, spellControls, type TaskId } from '../../core/index.ts'

export interface Task {
  readonly id: TaskId
  /** From 1. */
  readonly number: number
  /** `RUN make`, on one line. */
  readonly name: string
  /** `[stage 2/7] RUN make`. */
  readonly title: string
  /** For a step of a build: its stage and how many steps that has. */
  readonly step: { readonly stage: string; readonly of: number } | undefined
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly ended: number | undefined
  readonly outcome: Outcome | undefined
  /** Bytes of its layer. */
  readonly size: number | undefined
  /** Why its result could not be reused. */
  readonly reason: string | undefined
  /** Why it failed. */
  readonly message: string | undefined
  /** What it does now, as one or two words. */
  readonly phase: string | undefined
  readonly moved:
    | { readonly done: number; readonly total: number | undefined; readonly unit: 'bytes' | 'entries' }
    | undefined
  /** The last lines of its output, at most `tailLength`. */
  readonly tail: readonly string[]
  /** Lines said so far, those no longer in `tail` included. */
  readonly lines: number
  /** Output that no newline has ended yet. */
  readonly partial: Readonly<Record<'stdout' | 'stderr', string>>
}

export interface Progress {
  readonly tasks: ReadonlyMap<TaskId, Task>
  readonly warnings: readonly Warning[]
  /** What the last event brought, for drawings that only add lines. */
  readonly news: readonly News[]
}

export interface Warning {
  readonly code: string
  readonly message: string
  readonly place: Place | undefined
}

export type News =
  | { readonly kind: 'began' | 'missed' | 'moved' | 'entered' | 'ended'; readonly task: Task }
  /** A whole line of output, without its newline; `after` is milliseconds since the task began. */
  | { readonly kind: 'line'; readonly task: Task; readonly text: string; readonly after: number }
  | { readonly kind: 'warning'; readonly warning: Warning }
  /** What does not begin; `title` as a task's. */
  | { readonly kind: 'omitted'; readonly title: string; readonly why: 'unneeded' | 'unreached' }

/** How many lines of output a task keeps for showing them again. */
export const tailLength = 200

export const noProgress: Progress = { tasks: new Map(), warnings: [], news: [] }

/** The state after `event`, which arrived at `now` (milliseconds since the epoch). Events of unknown tasks change nothing. */
export function reduce(state: Progress, event: Event, now: number): Progress {
  if (event.type === 'warning') {
    const warning = { code: event.code, message: spellControls(event.message), place: event.place }
    return { ...state, warnings: [...state.warnings, warning], news: [{ kind: 'warning', warning }] }
  }
  if (event.type === 'omitted')
    return { ...state, news: [{ kind: 'omitted', title: titleOf(event), why: event.why }] }
  if (event.type === 'began') {
    const task = begin(event, state.tasks.size + 1)
    return withTask(state, task, [{ kind: 'began', task }])
  }
  const task = state.tasks.get(event.task)
  if (task === undefined || task.ended !== undefined) return { ...state, news: [] }
  switch (event.type) {
    case 'said':
      return say(state, task, event, now)
    case 'missed': {
      const next = { ...task, reason: oneLine(event.reason) }
      return withTask(state, next, [{ kind: 'missed', task: next }])
    }
    case 'entered': {
      const next = { ...task, phase: oneLine(event.phase) }
      return withTask(state, next, [{ kind: 'entered', task: next }])
    }
    case 'moved': {
      const next = { ...task, moved: { done: event.done, total: event.total, unit: event.unit } }
      return withTask(state, next, [{ kind: 'moved', task: next }])
    }
    case 'ended':
      return end(state, task, event)
  }
}

function begin(event: Event & { type: 'began' }, number: number): Task {
  const { stage, step } = event
  const name = oneLine(event.name)
  return {
    id: event.task,
    number,
    name,
    title: titleOf(event),
    step: step === undefined ? undefined : { stage: stage ?? '', of: step.of },
    began: event.at,
    ended: undefined,
    outcome: undefined,
    size: undefined,
    reason: undefined,
    message: undefined,
    phase: undefined,
    moved: undefined,
    tail: [],
    lines: 0,
    partial: { stdout: '', stderr: '' },
  }
}

/** `[stage 2/7] RUN make`. */
function titleOf({ name, stage, step }: Event & { type: 'began' | 'omitted' }): string {
  const of = step === undefined ? '' : `${step.number}/${step.of}`
  const where = [stage, of].filter((part) => part !== undefined && part !== '').join(' ')
  return where === '' ? oneLine(name) : `[${where}] ${oneLine(name)}`
}

function say(state: Progress, task: Task, event: Event & { type: 'said' }, now: number): Progress {
  const pieces = (task.partial[event.stream] + event.text).split('\n')
  const rest = pieces.pop()!
  return withLines(state, { ...task, partial: { ...task.partial, [event.stream]: rest } }, pieces, now)
}

function end(state: Progress, task: Task, event: Event & { type: 'ended' }): Progress {
  const rests = [task.partial.stdout, task.partial.stderr].filter((text) => text !== '')
  const quiet = { ...task, partial: { stdout: '', stderr: '' } }
  const flushed = rests.length === 0 ? state : withLines(state, quiet, rests, event.at)
  const news = rests.length === 0 ? [] : flushed.news
  const last = rests.length === 0 ? task : flushed.tasks.get(task.id)!
  const { at: ended, outcome, size } = event
  const message = event.message === undefined ? undefined : spellControls(event.message)
  const next = { ...last, ended, outcome, size, message }
  return withTask(flushed, next, [...news, { kind: 'ended', task: next }])
}

function withLines(state: Progress, task: Task, lines: readonly string[], now: number): Progress {
  if (lines.length === 0) return withTask(state, task, [])
  const tail = [...task.tail, ...lines].slice(-tailLength)
  const next = { ...task, tail, lines: task.lines + lines.length }
  const after = Math.max(0, now - task.began)
  return withTask(
    state,
    next,
    lines.map((text) => ({ kind: 'line', task: next, text, after })),
  )
}

function withTask(state: Progress, task: Task, news: readonly News[]): Progress {
  return { ...state, tasks: new Map(state.tasks).set(task.id, task), news }
}

function oneLine(text: string): string {
  return spellControls(text.trim().replace(/\s*\n\s*/g, ' '))
}

export interface Counts {
  /** Steps that have begun. */
  readonly begun: number
  /** All steps of the stages that have begun. */
  readonly planned: number
  readonly reused: number
  readonly done: number
}

/** How many build steps there are so far, and how they went. */
export function countSteps(state: Progress): Counts {
  const steps = [...state.tasks.values()].filter((task) => task.step !== undefined)
  const ended = (outcome: Outcome): number => steps.filter((task) => task.outcome === outcome).length
  const stages = new Map(steps.map(({ step }) => [step!.stage, step!.of]))
  const planned = [...stages.values()].reduce((sum, of) => sum + of, 0)
  return { begun: steps.length, planned, reused: ended('reused'), done: ended('done') }
}

/** The tasks that have begun and not ended, oldest first. */
export function running(state: Progress): readonly Task[] {
  return [...state.tasks.values()].filter((task) => task.ended === undefined)
}
