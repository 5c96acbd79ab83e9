// The patterns of `${name#pattern}` and its kin: `*`, `?` and `\` escapes, no brackets. Matched by hand, segment by segment between
// the stars: a regular expression of several stars could take exponential time. As in BuildKit, no wildcard takes a line feed.
import { lexError } from './expand.ts'
import { quote } from './text.ts'

/** Segments between stars; `undefined` in a segment is `?`. */
export type ShellPattern = readonly (readonly (string | undefined)[])[]

/** Reads a pattern; faults with `dockerfile.invalid` on an escape of anything but `*`, `?`, `\`, `}` and `/`. */
export function parseShellPattern(text: string): ShellPattern {
  const segments: (string | undefined)[][] = [[]]
  const characters = Array.from(text)
  for (let at = 0; at < characters.length; at++) {
    const ch = characters[at]!
    const segment = segments.at(-1)!
    if (ch === '*') segments.push([])
    else if (ch === '?') segment.push(undefined)
    else if (ch !== '\\') segment.push(ch)
    else {
      const taken = characters[at + 1]
      if (taken === '}' || taken === '/') continue
      if (taken !== '*' && taken !== '?' && taken !== '\\')
        throw lexError(
          `invalid pattern (${text}) in substitution: invalid escape '\\${taken ?? ''}'`,
          `write ${quote('\\\\')} for a backslash`,
        )
      segment.push(taken)
      at++
    }
  }
  return segments
}

/** Where a match that begins at `start` ends; `undefined` when none does. */
function matchAt(
  text: readonly string[],
  pattern: ShellPattern,
  start: number,
  length: 'shortest' | 'longest',
): number | undefined {
  const first = pattern[0]!
  if (!fits(text, first, start)) return undefined
  let at = start + first.length
  for (let index = 1; index < pattern.length; index++) {
    const segment = pattern[index]!
    const isLast = index === pattern.length - 1
    const found = find(text, segment, at, isLast && length === 'longest')
    if (found === undefined) return undefined
    at = found + segment.length
  }
  return at
}

function find(
  text: readonly string[],
  segment: readonly (string | undefined)[],
  from: number,
  last: boolean,
): number | undefined {
  let found: number | undefined
  for (let at = from; at + segment.length <= text.length; at++) {
    if (fits(text, segment, at)) {
      if (!last) return at
      found = at
    }
    if (text[at] === '\n') break
  }
  return found
}

function fits(text: readonly string[], segment: readonly (string | undefined)[], at: number): boolean {
  if (at + segment.length > text.length) return false
  return segment.every((wanted, index) => {
    const ch = text[at + index]
    return wanted === undefined ? ch !== '\n' : ch === wanted
  })
}

export function cutPrefix(value: string, pattern: ShellPattern, length: 'shortest' | 'longest'): string {
  const text = Array.from(value)
  const end = matchAt(text, pattern, 0, length)
  return end === undefined ? value : text.slice(end).join('')
}

/** By turning value and pattern round: the shortest match at the end is then the first one. */
export function cutSuffix(value: string, pattern: ShellPattern, length: 'shortest' | 'longest'): string {
  const text = Array.from(value).reverse()
  const turned = pattern.map((segment) => segment.toReversed()).reverse()
  const end = matchAt(text, turned, 0, length)
  return end === undefined ? value : text.slice(end).reverse().join('')
}

/** Replaces the first match, or all of them, each the leftmost and longest. An empty match right behind another one does not count. */
export function replacePattern(
  value: string,
  pattern: ShellPattern,
  options: { readonly with: string; readonly all: boolean },
): string {
  const text = Array.from(value)
  let result = ''
  let copied = 0
  let previousEnd = -1
  const isOneLine = pattern.length > 1 && !pattern.some((segment) => segment.includes('\n'))
  for (let at = 0; at <= text.length; ) {
    const end = matchAt(text, pattern, at, 'longest')
    if (end === undefined && isOneLine && fits(text, pattern[0]!, at)) {
      // What follows a star is nowhere on the rest of this line, so no later start on the line can match either.
      const feed = text.indexOf('\n', at)
      if (feed < 0) break
      at = feed
    }
    if (end === undefined || (end === at && at === previousEnd)) {
      at++
      continue
    }
    result += text.slice(copied, at).join('') + options.with
    copied = end
    previousEnd = end
    if (!options.all) break
    at = end === at ? at + 1 : end
  }
  return result + text.slice(copied).join('')
}
