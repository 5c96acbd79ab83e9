// Looks for secrets in a text that comes in pieces. One pass finds where the rules' keywords stand; only around those places the rule
// itself is tried, so a text without keywords costs a look at each byte.
import { looksRandom } from './plausible.ts'
import { secretRules } from './rules/index.ts'
import type { SecretMatch, SecretRule, TextKind } from './types.ts'
import { createWordSearch, type WordSearch } from './word-search.ts'

/** Bytes kept of one piece for the next, so that a match may lie across both. */
const overlap = Math.max(...secretRules.map(({ reach }) => reach))
const mostMatches = 100

interface Search extends WordSearch {
  /** By word: the rules whose keyword it is. */
  readonly rulesOf: readonly (readonly number[])[]
}

let known: Search | undefined

/** Made when something is first searched: most commands search nothing. */
function getSearch(): Search {
  if (known === undefined) {
    const words = [...new Set(secretRules.flatMap(({ keywords }) => keywords))]
    const rulesOf = words.map((word) =>
      secretRules.flatMap(({ keywords }, number) => (keywords.includes(word) ? [number] : [])),
    )
    known = { ...createWordSearch(words), rulesOf }
  }
  return known
}

/** Which rules hold for a text. */
function applies(rule: SecretRule, { path, setting }: TextKind): boolean {
  if (rule.path !== undefined) return path !== undefined && setting !== 'any' && rule.path.test(path)
  if (rule.in === 'any') return true
  return rule.in === 'text' ? setting !== 'any' : setting === 'settings'
}

/**
 * The secrets in a text, in the order of their places; of those that overlap the first rule's. At most a hundred of one text.
 * A piece is valid only until the next is asked for.
 */
export function findSecrets(
  pieces: Iterable<Uint8Array>,
  { size, ...kind }: TextKind & { readonly size: number },
): readonly SecretMatch[] {
  const scan = startScan(kind, size)
  for (const piece of pieces) scan.push(piece)
  return scan.end()
}

export interface Scan {
  push(piece: Uint8Array): void
  end(): readonly SecretMatch[]
}

/** `size`: bytes that will come altogether, infinite where nobody knows; with the last of them the scan is whole. */
export function startScan(kind: TextKind, size: number): Scan {
  const active = secretRules.map((rule) => applies(rule, kind))
  const matches: SecretMatch[] = []
  let rest: Uint8Array = new Uint8Array(0)
  /** Of `rest`: its offset in the text, and the line it begins in. */
  let offset = 0
  let line = 1
  let ended = false
  const look = (bytes: Uint8Array): void => {
    const spans = keywordSpans(bytes, active)
    for (const [number, list] of [...spans].sort(([a], [b]) => a - b))
      for (const [from, to] of list) tryRule(secretRules[number]!, bytes.subarray(from, to), from)
    function tryRule(rule: SecretRule, window: Uint8Array, from: number): void {
      if (matches.length >= mostMatches) return
      const text = latin1(window)
      for (const match of text.matchAll(rule.pattern)) {
        const found = judge(rule, match)
        if (found === undefined) continue
        const at = offset + from + found.at
        const cut = !ended && from + found.at + found.length === bytes.length && offset + bytes.length < size
        // it may go on in the next piece, where it is found again
        if (cut) continue
        if (!matches.some((other) => at < other.offset + other.length && other.offset < at + found.length))
          matches.push({
            rule: rule.id,
            offset: at,
            length: found.length,
            line: line + newlines(bytes.subarray(0, from + found.at)),
            masked: found.masked,
          })
      }
    }
  }
  return {
    push(piece) {
      const bytes = rest.length === 0 ? piece : joined(rest, piece)
      look(bytes)
      const keep = Math.min(bytes.length, overlap)
      line += newlines(bytes.subarray(0, bytes.length - keep))
      offset += bytes.length - keep
      rest = Uint8Array.prototype.slice.call(bytes, bytes.length - keep)
    },
    end() {
      ended = true
      if (offset + rest.length < size) look(rest)
      return matches.sort((a, b) => a.offset - b.offset)
    },
  }
}

/** By rule: the stretches of the text around its keywords, those that touch made one. */
function keywordSpans(bytes: Uint8Array, active: readonly boolean[]): Map<number, [number, number][]> {
  const spans = new Map<number, [number, number][]>()
  const { rulesOf, search } = getSearch()
  search(bytes, (word, end) => {
    for (const number of rulesOf[word]!) {
      if (!active[number]) continue
      const { reach } = secretRules[number]!
      // one byte more on each side, for what must not touch a match
      const from = Math.max(0, end - reach - 1)
      const to = Math.min(bytes.length, end + reach + 1)
      const list = spans.get(number)
      const last = list?.at(-1)
      if (list === undefined) spans.set(number, [[from, to]])
      else if (last !== undefined && from <= last[1]) last[1] = to
      else list.push([from, to])
    }
  })
  return spans
}

function judge(
  rule: SecretRule,
  match: RegExpExecArray,
): { readonly at: number; readonly length: number; readonly masked: string } | undefined {
  const groups = match.groups!
  const name = groups.secret !== undefined ? 'secret' : groups.quoted !== undefined ? 'quoted' : 'single'
  const secret = groups[name]!
  if (rule.anyValue !== true && !looksRandom(secret)) return undefined
  if (rule.accept !== undefined && !rule.accept(secret, match)) return undefined
  const [from, to] = match.indices!.groups![name]!
  return { at: from, length: to - from, masked: mask(match[0], from - match.index, secret.length) }
}

/** The word before the secret (a name it is given to, a token's fixed beginning), and how long the secret is; nothing of it. */
function mask(whole: string, at: number, length: number): string {
  const before = /-----BEGIN [A-Z0-9 ]+-----$|[A-Za-z0-9_.-]{0,40}["']?[ \t]*(?:=>|[:=])?[ \t]*["']?$/.exec(
    whole.slice(0, at),
  )![0]
  return `${before.trim()}… (${length} characters)`
}

function newlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
