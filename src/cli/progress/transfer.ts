// Layers that are pulled or pushed, one a row as docker shows them: `9c0abc9c5bd3: Downloading [====>    ]  12.3MB/50MB`.
import { fit, printSize } from '../../core/index.ts'
import type { Drawing } from './drawing.ts'
import type { LiveStyle } from './live.ts'
import type { Paint, ScreenSize } from './screen.ts'
import type { Progress, Task } from './state.ts'
import { running } from './state.ts'
import { printWarning } from './warning.ts'

const widestBar = 50

/** One line for each thing that a layer begins to do; none is rewritten. */
export function transferLines(write: (text: string) => void): Drawing {
  return {
    draw(state) {
      for (const news of state.news) {
        if (news.kind === 'entered') write(`${news.task.name}: ${news.task.phase}\n`)
        if (news.kind === 'warning') write(`WARN: ${printWarning(news.warning)}\n`)
      }
    },
    finish: (_state, lines) => write(lines.map((line) => `${line}\n`).join('')),
  }
}

/** All layers, each in its row. */
export const transferStyle: LiveStyle = {
  region: (state, _now, size, paint) => rowsOf(state, size, paint),
  ended: () => [],
  left: (state, size, paint) => [...state.tasks.values()].map((task) => rowOf(task, size.columns - 1, paint)),
}

/** Where there are more layers than rows, those that are under way come first. */
function rowsOf(state: Progress, { columns, rows }: ScreenSize, paint: Paint): readonly string[] {
  const room = Math.max(2, rows - 2)
  const all = [...state.tasks.values()]
  const row = (task: Task): string => rowOf(task, columns - 1, paint)
  if (all.length <= room) return all.map(row)
  const under = running(state).slice(0, room - 1)
  const ended = all.filter((task) => task.ended !== undefined).length
  return [fit(`${ended} of ${all.length} layers are done`, columns - 1), ...under.map(row)]
}

function rowOf(task: Task, columns: number, paint: Paint): string {
  const { name, phase = 'Waiting', moved, outcome } = task
  if (outcome === 'failed') return paint.bad(fit(`${name}: ${task.message ?? 'failed'}`, columns))
  const start = `${name}: ${outcome === 'cancelled' ? 'Cancelled' : phase}`
  if (outcome !== undefined) return outcome === 'done' ? fit(start, columns) : paint.dim(fit(start, columns))
  if (moved?.total === undefined) return fit(start, columns)
  const size = `${printSize(moved.done)}/${printSize(moved.total)}`
  const room = Math.min(widestBar, columns - start.length - size.length - 5)
  return fit(
    room < 5 ? `${start} ${size}` : `${start} ${bar(moved.done / moved.total, room)}  ${size}`,
    columns,
  )
}

function bar(part: number, width: number): string {
  const full = Math.min(width, Math.round(part * width))
  const filled = full === 0 ? '>' : `${'='.repeat(full - 1)}>`
  return `[${filled.padEnd(width)}]`
}
