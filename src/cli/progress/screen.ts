// The live view as text: what stands in the region at the bottom while a build runs. Pure; `live.ts` puts it on the terminal.
import { fit, printSize, tame, widthOf } from '../../core/index.ts'
import { printSeconds } from '../text/human.ts'
import type { LiveStyle } from './live.ts'
import { printMoved } from './plain.ts'
import type { Progress, Task } from './state.ts'
import { countSteps, running } from './state.ts'

export interface Paint {
  strong(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
}

const sgr =
  (code: number) =>
  (text: string): string =>
    text === '' ? '' : `\x1b[${code}m${text}\x1b[0m`

/** Colours of the terminal's own palette, or none at all (https://no-color.org). */
export function paintOf(colours: boolean): Paint {
  const plain = (text: string): string => text
  if (!colours) return { strong: plain, dim: plain, good: plain, bad: plain, warn: plain }
  return { strong: sgr(1), dim: sgr(2), good: sgr(32), bad: sgr(31), warn: sgr(33) }
}

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Lines of output below each running step, where there is room. */
const outputLines = 4

/** Steps of a build: ended ones scroll away, running ones stand below a heading. */
export const stepStyle: LiveStyle = { region: drawRegion, ended: drawEnded, left: () => [] }

/** The rows of the live region: a heading, then each running task with its last output; never taller or wider than the screen. */
export function drawRegion(state: Progress, now: number, size: ScreenSize, paint: Paint): readonly string[] {
  const tasks = running(state)
  if (tasks.length === 0) return []
  const columns = Math.max(20, size.columns - 1)
  const room = Math.max(2, size.rows - 2)
  const { planned, reused, done } = countSteps(state)
  const first = Math.min(...[...state.tasks.values()].map((task) => task.began))
  const counts = planned === 0 ? '' : `  ${reused + done}/${planned} steps, ${reused} cached`
  const rows = [paint.strong(fit(`[+] ${printSeconds(now - first)}${counts}`, columns))]
  const shown = tasks.slice(0, room - 1)
  const spare = Math.max(0, Math.floor((room - 1 - shown.length) / shown.length))
  for (const task of shown) {
    rows.push(titleRow(task, now, columns))
    for (const line of below(task, Math.min(outputLines, spare))) {
      rows.push(paint.dim(fit(` => => ${line}`, columns)))
    }
  }
  return rows
}

function titleRow(task: Task, now: number, columns: number): string {
  const time = printSeconds(now - task.began)
  const moved = printMoved(task)
  const right = moved === '' ? time : `${moved}  ${time}`
  return spread(` => ${task.title}`, right, columns)
}

function below(task: Task, count: number): readonly string[] {
  const partial = [task.partial.stdout, task.partial.stderr].filter((text) => text !== '')
  const reason = task.reason === undefined ? [] : [`not cached: ${task.reason}`]
  const said = [...task.tail.slice(-outputLines), ...partial].map(tame).filter((line) => line !== '')
  const lines = [...reason, ...said.slice(-Math.max(1, count - reason.length))]
  return lines.slice(0, count)
}

function spread(left: string, right: string, columns: number): string {
  const start = fit(left, Math.max(8, columns - widthOf(right) - 1))
  return start + ' '.repeat(Math.max(1, columns - widthOf(start) - widthOf(right))) + right
}

/** The row that stays above the region when a task has ended. */
export function drawEnded(task: Task, columns: number, paint: Paint): readonly string[] {
  const label =
    task.outcome === 'reused'
      ? 'CACHED '
      : task.outcome === 'failed'
        ? 'ERROR '
        : task.outcome === 'cancelled'
          ? 'CANCELED '
          : ''
  const size = task.size === undefined || task.size === 0 ? '' : `${printSize(task.size)}  `
  const time = `${size}${printSeconds((task.ended ?? task.began) - task.began)}`
  const row = spread(` => ${label}${task.title}`, time, Math.max(20, columns - 1))
  const colour = { reused: paint.dim, done: paint.good, failed: paint.bad, cancelled: paint.warn }
  const rows = [colour[task.outcome ?? 'done'](row)]
  if (task.reason !== undefined && task.outcome !== 'reused')
    rows.push(paint.dim(fit(` => => not cached: ${task.reason}`, Math.max(20, columns - 1))))
  return rows
}
