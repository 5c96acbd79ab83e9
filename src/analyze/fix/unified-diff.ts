// Two texts as a unified diff, as `diff -u` and `git apply` know it.
import { compareLines, type DifferenceLine } from '../../core/index.ts'

const context = 3

/** Empty where nothing differs. `name` is the file's name on both sides. */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return ''
  const lines = compareLines(splitLines(before), splitLines(after))
  const hunks: string[] = []
  for (let at = 0; at < lines.length; ) {
    const first = nextChange(lines, at)
    if (first < 0) break
    const start = Math.max(at, first - context)
    let end = first
    for (let next = first; next >= 0 && next - end <= 2 * context; next = nextChange(lines, end))
      end = next + 1
    const stop = Math.min(lines.length, end + context)
    hunks.push(printHunk(lines, start, stop))
    at = stop
  }
  return `--- a/${name}\n+++ b/${name}\n${hunks.join('')}`
}

function nextChange(lines: readonly DifferenceLine[], from: number): number {
  return lines.findIndex(({ change }, i) => i >= from && change !== 'same')
}

const signs = { same: ' ', removed: '-', added: '+' } as const

function printHunk(lines: readonly DifferenceLine[], start: number, stop: number): string {
  const count = (from: number, to: number, without: DifferenceLine['change']): number =>
    lines.slice(from, to).filter(({ change }) => change !== without).length
  const side = (without: DifferenceLine['change']): string => {
    const length = count(start, stop, without)
    const line = count(0, start, without) + (length === 0 ? 0 : 1)
    return length === 1 ? `${line}` : `${line},${length}`
  }
  const body = lines
    .slice(start, stop)
    .map(
      ({ change, text }) =>
        `${signs[change]}${text}${text.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`,
    )
  return `@@ -${side('added')} +${side('removed')} @@\n${body.join('')}`
}

/** Lines with their breaks, so that one without is told apart. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
