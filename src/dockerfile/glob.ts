// The two pattern languages of file names: Go's filepath.Match, and that of ignore files, which adds `**`. Both are matched without
// backtracking over the whole, so no pattern can take more than (length of pattern) x (length of path) steps.
import { Fault } from '../core/index.ts'
import { quote } from './text.ts'

/** One step of a pattern. `class` takes one character, `/` too (as in Go). */
export type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'class'
      readonly negated: boolean
      readonly ranges: readonly (readonly [number, number])[]
    }
  /** `*`: no `/`. */
  | { readonly kind: 'star' }
  /** `**` inside a pattern: nothing, or anything that ends in `/`. */
  | { readonly kind: 'directories' }
  /** `**` at the end. */
  | { readonly kind: 'all' }

/** Reads a pattern of filepath.Match; a fault `ignore.invalid` where Go says "syntax error in pattern". */
export function parseGlob(pattern: string): Token[] {
  const chars = Array.from(pattern)
  const tokens: Token[] = []
  const bad = () =>
    new Fault('ignore.invalid', `syntax error in pattern ${quote(pattern)}`, {
      hint: 'write \\\\ before a [ that is meant as such',
    })
  for (let at = 0; at < chars.length; ) {
    const char = chars[at++]!
    if (char === '*') tokens.push({ kind: 'star' })
    else if (char === '?') tokens.push({ kind: 'any' })
    else if (char === '\\') {
      const taken = chars[at++]
      if (taken === undefined) throw bad()
      tokens.push({ kind: 'char', char: taken })
    } else if (char === '[') {
      const read = readClass(chars, at)
      if (read === undefined) throw bad()
      tokens.push(read.token)
      at = read.end
    } else tokens.push({ kind: 'char', char })
  }
  return tokens
}

function readClass(
  chars: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  let at = start
  const negated = chars[at] === '^'
  if (negated) at++
  const ranges: [number, number][] = []
  const member = (): number | undefined => {
    if (chars[at] === undefined || chars[at] === '-' || chars[at] === ']') return undefined
    if (chars[at] === '\\') at++
    return chars[at++]?.codePointAt(0)
  }
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = member()
    if (low === undefined) return undefined
    let high: number | undefined = low
    if (chars[at] === '-') {
      at++
      high = member()
    }
    if (high === undefined || at >= chars.length) return undefined
    ranges.push([low, high])
  }
  return { token: { kind: 'class', negated, ranges }, end: at + 1 }
}

function takes(token: Token, char: string): boolean {
  switch (token.kind) {
    case 'char':
      return token.char === char
    case 'any':
    case 'star':
      return char !== '/'
    case 'class': {
      const code = char.codePointAt(0)!
      return token.negated !== token.ranges.some(([low, high]) => low <= code && code <= high)
    }
    default:
      return true
  }
}

/** Whether the tokens match the whole path: a simulation that keeps every state the pattern could be in. */
export function matchTokens(tokens: readonly Token[], path: string): boolean {
  const count = tokens.length
  let states = new Uint8Array(count + 1)
  let next = new Uint8Array(count + 1)
  let first = enter(tokens, states, 0)
  for (const char of path) {
    next.fill(0)
    let least = count + 1
    for (let state = first; state < count; state++) {
      if (states[state] === 0) continue
      const token = tokens[state]!
      if (!takes(token, char)) continue
      const isWild = token.kind === 'star' || token.kind === 'all' || token.kind === 'directories'
      if (isWild) {
        next[state] = 1
        least = Math.min(least, state)
        if (token.kind !== 'directories' || char === '/')
          least = Math.min(least, enter(tokens, next, state + 1))
      } else least = Math.min(least, enter(tokens, next, state + 1))
    }
    if (least > count) return false
    first = least
    const old = states
    states = next
    next = old
  }
  return states[count] === 1
}

/** Marks a state and those reachable from it for nothing. */
function enter(tokens: readonly Token[], states: Uint8Array, from: number): number {
  for (let state = from; ; state++) {
    states[state] = 1
    const kind = tokens[state]?.kind
    if (kind !== 'star' && kind !== 'all' && kind !== 'directories') return from
  }
}
