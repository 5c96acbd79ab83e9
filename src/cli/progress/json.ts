// Events as they are, one JSON object a line (docs/formats/events.md).
import type { Drawing } from './drawing.ts'

export function jsonDrawing(write: (text: string) => void): Drawing {
  return {
    draw: (_state, event) => write(`${JSON.stringify(event)}\n`),
    finish: () => {},
  }
}
