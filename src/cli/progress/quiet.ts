// Says nothing, until a task fails: then its output, since the error alone explains little.
import { tame } from '../../core/index.ts'
import type { Drawing } from './drawing.ts'
import type { Task } from './state.ts'

export function quietDrawing(write: (text: string) => void): Drawing {
  return {
    draw(state) {
      for (const news of state.news)
        if (news.kind === 'ended' && news.task.outcome === 'failed') write(printFailure(news.task))
    },
    finish: () => {},
  }
}

/** A failed task's name and its last output between two rules; empty if it said nothing. */
export function printFailure(task: Task): string {
  if (task.lines === 0) return ''
  const left = task.lines - task.tail.length
  const note = left === 0 ? '' : `(${left} earlier lines are not shown; --progress=plain shows all)\n`
  const output = task.tail.map((line) => `${tame(line)}\n`).join('')
  return `------\n > ${task.title}:\n${note}${output}------\n`
}
