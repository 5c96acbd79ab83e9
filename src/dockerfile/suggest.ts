// The nearest of some names to a misspelt one, by the rule BuildKit uses: fewer than three single-character edits.

/** The nearest option, or `undefined` when none is near or one is equal. */
export function suggest(
  value: string,
  options: readonly string[],
  matching: 'exact' | 'anyCase' = 'exact',
): string | undefined {
  const wanted = matching === 'exact' ? value : value.toLowerCase()
  if (wanted.length > 64) return undefined
  let best: string | undefined
  let least = 3
  for (const option of options) {
    const candidate = matching === 'exact' ? option : option.toLowerCase()
    if (candidate === wanted) return undefined
    const edits = editDistance(wanted, candidate)
    if (edits < least) {
      least = edits
      best = option
    }
  }
  if (best === undefined || matching === 'exact') return best
  return value === value.toLowerCase() ? best.toLowerCase() : best
}

/** ` (did you mean X?)` or nothing, for the end of a message. */
export function didYouMean(
  value: string,
  options: readonly string[],
  matching: 'exact' | 'anyCase' = 'exact',
): string {
  const nearest = suggest(value, options, matching)
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          row[j]! + 1,
          next[j - 1]! + 1,
          row[j - 1]! + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1),
        ),
      )
    row = next
  }
  return row[b.length]!
}
