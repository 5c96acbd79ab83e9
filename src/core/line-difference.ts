// The lines that differ between two texts: Myers' "An O(ND) difference algorithm" (1986), greedy form.

export interface DifferenceLine {
  readonly change: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Beyond so many changed lines the middle of both texts counts as replaced: the work grows with the square of it. */
const limit = 800

/** One line each of what stays, goes and comes, in order. */
export function compareLines(before: readonly string[], after: readonly string[]): readonly DifferenceLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let [endBefore, endAfter] = [before.length, after.length]
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--
    endAfter--
  }
  return [
    ...before.slice(0, start).map(line('same')),
    ...compareMiddles(before.slice(start, endBefore), after.slice(start, endAfter)),
    ...before.slice(endBefore).map(line('same')),
  ]
}

const line =
  (change: DifferenceLine['change']) =>
  (text: string): DifferenceLine => ({ change, text })

function compareMiddles(before: readonly string[], after: readonly string[]): readonly DifferenceLine[] {
  const trace = before.length === 0 || after.length === 0 ? undefined : search(before, after)
  if (trace === undefined) return [...before.map(line('removed')), ...after.map(line('added'))]
  const lines: DifferenceLine[] = []
  let [x, y] = [before.length, after.length]
  for (let d = trace.length - 1; d >= 0; d--) {
    const furthest = trace[d]!
    const k = x - y
    const down = k === -d || (k !== d && at(furthest, d, k - 1) < at(furthest, d, k + 1))
    const from = down ? at(furthest, d, k + 1) : at(furthest, d, k - 1) + 1
    for (const start = d === 0 ? 0 : from; x > start; x--, y--)
      lines.push({ change: 'same', text: before[x - 1]! })
    if (d === 0) break
    if (down) lines.push({ change: 'added', text: after[--y]! })
    else lines.push({ change: 'removed', text: before[--x]! })
  }
  return lines.reverse()
}

/** For each number of changes the furthest place in `before` on each diagonal; `undefined` beyond the limit. */
function search(before: readonly string[], after: readonly string[]): readonly Int32Array[] | undefined {
  const trace: Int32Array[] = []
  let furthest = new Int32Array(3)
  for (let d = 0; d <= Math.min(limit, before.length + after.length); d++) {
    trace.push(furthest)
    const next = new Int32Array(2 * d + 5)
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(furthest, d, k - 1) < at(furthest, d, k + 1))
      let x = d === 0 ? 0 : down ? at(furthest, d, k + 1) : at(furthest, d, k - 1) + 1
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++
      next[k + d + 2] = x
      if (x >= before.length && x - k >= after.length) return trace
    }
    furthest = next
  }
  return undefined
}

/** `furthest` of step `d` holds the diagonals of step `d - 1`, from `-(d - 1)` on, with two of margin. */
function at(furthest: Int32Array, d: number, k: number): number {
  return furthest[k + d + 1] ?? 0
}
