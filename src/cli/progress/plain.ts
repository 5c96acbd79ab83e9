// Lines as BuildKit's plain progress prints them: each begins with the task's number, none is clipped or rewritten.
import { printSize } from '../../core/index.ts'
import { printSeconds } from '../text/human.ts'
import type { Drawing } from './drawing.ts'
import type { News, Task } from './state.ts'
import { printWarning } from './warning.ts'

/** Between two lines about how much a task has moved. */
const movedEvery = 1000

export function plainDrawing(write: (text: string) => void, now: () => number): Drawing {
  const movedAt = new Map<string, number>()
  return {
    draw(state) {
      let text = ''
      for (const news of state.news) {
        if (news.kind === 'moved') {
          const last = movedAt.get(news.task.id) ?? news.task.began
          if (now() - last < movedEvery) continue
          movedAt.set(news.task.id, now())
        }
        text += printNews(news)
      }
      if (text !== '') write(text)
    },
    finish(_state, lines) {
      write(lines.map((line) => `${line}\n`).join(''))
    },
  }
}

/** The lines for one piece of news; an empty line follows a task's last. */
export function printNews(news: News): string {
  if (news.kind === 'warning') return `WARN: ${printWarning(news.warning)}\n`
  if (news.kind === 'omitted') return `${printOmitted(news)}\n`
  const start = `#${news.task.number}`
  switch (news.kind) {
    case 'began':
      return `${start} ${news.task.title}\n`
    case 'missed':
      return `${start} MISS ${news.task.name}: ${news.task.reason}\n`
    case 'line':
      return `${start} ${(news.after / 1000).toFixed(3)} ${news.text}\n`
    case 'entered':
      return `${start} ${news.task.phase}\n`
    case 'moved':
      return `${start} ${printMoved(news.task)}\n`
    case 'ended':
      return `${start} ${printEnd(news.task)}\n\n`
  }
}

/** What does not begin, in words that are no other's. */
export function printOmitted({ title, why }: Extract<News, { kind: 'omitted' }>): string {
  return why === 'unneeded' ? `SKIPPED ${title} (the target does not need it)` : `NOT RUN ${title}`
}

function printEnd(task: Task): string {
  const seconds = printSeconds(task.ended! - task.began)
  switch (task.outcome!) {
    case 'reused':
      return 'CACHED'
    case 'done':
      return `DONE ${seconds}${task.size === undefined || task.size === 0 ? '' : ` ${printSize(task.size)}`}`
    case 'failed':
      return task.message === undefined ? `ERROR: failed after ${seconds}` : `ERROR: ${task.message}`
    case 'cancelled':
      return 'CANCELED'
  }
}

/** `12.5MB / 100MB`, or `120 entries`. */
export function printMoved(task: Task): string {
  if (task.moved === undefined) return ''
  const { done, total, unit } = task.moved
  const count = (n: number): string => (unit === 'bytes' ? printSize(n) : String(n))
  const all = total === undefined ? count(done) : `${count(done)} / ${count(total)}`
  return unit === 'bytes' ? all : `${all} entries`
}
