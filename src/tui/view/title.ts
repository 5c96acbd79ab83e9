// The heads of panes and screens, as dive draws them: the one with the focus is heavier and has a dot.
import type { Line } from './line.ts'

export function titleLine(title: string, width: number, focused: boolean): Line {
  const [left, right, fill] = focused ? ['┃ ● ', ' ┣', '━'] : ['│ ', ' ├', '─']
  const rest = Math.max(0, width - left.length - title.length - right.length)
  return {
    pieces: [{ text: left }, { text: title, tone: 'strong' }, { text: right + fill.repeat(rest) }],
  }
}
