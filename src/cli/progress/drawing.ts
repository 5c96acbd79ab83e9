// What a drawing of progress is: it takes the state after each event and may put something on the screen.
import type { Event } from '../../core/index.ts'
import type { Progress } from './state.ts'

export interface Drawing {
  /** `state` is the state after `event`. */
  draw(state: Progress, event: Event): void
  /** No more events come; `lines` are written below all the rest. Called once. */
  finish(state: Progress, lines: readonly string[]): void
}
