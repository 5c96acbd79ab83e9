// The live view on a terminal: a region at the bottom that is redrawn, above which ended tasks scroll away.
// Each frame is one write that goes up over the old region, clears to the end of the screen and draws again.
import { fit } from '../../core/index.ts'
import type { Drawing } from './drawing.ts'
import { printOmitted } from './plain.ts'
import { printFailure } from './quiet.ts'
import type { Paint, ScreenSize } from './screen.ts'
import type { Progress, Task } from './state.ts'
import { noProgress } from './state.ts'
import { printWarning } from './warning.ts'

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
/** Milliseconds between frames. */
const frame = 80

export interface Terminal {
  write(text: string): void
  size(): ScreenSize
  now(): number
  readonly paint: Paint
  /** Calls back when the process exits, however; returns how to take that back. */
  onExit(act: () => void): () => void
}

/** What stands where; rows are no wider than the screen. */
export interface LiveStyle {
  /** The rows that are redrawn. */
  region(state: Progress, now: number, size: ScreenSize, paint: Paint): readonly string[]
  /** The rows that a task which has just ended leaves above the region. */
  ended(task: Task, columns: number, paint: Paint): readonly string[]
  /** The rows that stay in place of the region at the end. */
  left(state: Progress, size: ScreenSize, paint: Paint): readonly string[]
}

export function liveDrawing(terminal: Terminal, style: LiveStyle): Drawing {
  let latest: Progress = noProgress
  let region: readonly string[] = []
  let drawnAt = 0
  let above = ''

  /**
   * Terminals differ in whether and when they wrap old rows anew after a change of width. Going up by the fewest rows it can be
   * may leave a stale row, but never takes one that was there to stay.
   */
  const erase = (): string => (region.length === 0 ? '\r' : `\x1b[${region.length}A\r\x1b[J`)
  const redraw = (): void => {
    const next = style.region(latest, terminal.now(), terminal.size(), terminal.paint)
    const text = erase() + above + next.map((row) => `${row}\n`).join('')
    region = next
    above = ''
    drawnAt = terminal.now()
    terminal.write(text)
  }
  const timer = setInterval(redraw, frame)
  timer.unref()
  const restore = (): void => terminal.write(showCursor)
  const forget = terminal.onExit(restore)
  terminal.write(hideCursor)

  return {
    draw(state) {
      latest = state
      const { columns } = terminal.size()
      for (const news of state.news) {
        if (news.kind === 'warning')
          above += `${terminal.paint.warn(`WARN: ${printWarning(news.warning)}`)}\n`
        if (news.kind === 'omitted') above += `${terminal.paint.dim(fit(printOmitted(news), columns))}\n`
        if (news.kind !== 'ended') continue
        above += style
          .ended(news.task, columns, terminal.paint)
          .map((row) => `${row}\n`)
          .join('')
        if (news.task.outcome === 'failed') above += printFailure(news.task)
      }
      // The engine's long synchronous stretches starve the timer, so events draw too.
      if (terminal.now() - drawnAt >= frame) redraw()
    },
    finish(state, lines) {
      clearInterval(timer)
      const rows = [...style.left(state, terminal.size(), terminal.paint), ...lines]
      terminal.write(erase() + above + rows.map((row) => `${row}\n`).join('') + showCursor)
      region = []
      forget()
    },
  }
}
