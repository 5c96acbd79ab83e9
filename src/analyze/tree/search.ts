// Full-path search over the buffer that holds all paths end to end: text is looked for in its bytes, patterns run over slices of it.
import { compileGlob, Fault, isFault } from '../../core/index.ts'
import { nodeName, nodePath, type Strata } from '../../layer/index.ts'
import type { Search } from './types.ts'

export type SearchIn = (search: Search, has: (node: number) => boolean) => Uint32Array

/** What is made of the paths for patterns is made once, at the first search that needs it. */
export function createSearch(strata: Strata): SearchIn {
  const text = once(() => pathText(strata))
  return (search, has) => {
    const { as = 'substring' } = search
    const caseSensitive = search.caseSensitive ?? /\p{Lu}/u.test(search.text)
    if (search.text === '') return new Uint32Array(0)
    if (as === 'substring' && (caseSensitive || /^[\x20-\x7e]*$/.test(search.text)))
      return substring(strata, { text: search.text, caseSensitive }, has)
    const test = compile(search.text, as, caseSensitive)
    const { latin1, odd } = text()
    const byName = as === 'glob' && !search.text.includes('/')
    const start = byName ? nameStart : pathStart
    const whole = byName ? nodeName : nodePath
    const lines =
      as === 'regex' && staysInLine(search.text)
        ? matchingLines(strata, latin1, new RegExp(search.text, caseSensitive ? 'gmu' : 'gimu'))
        : undefined
    const matches = (node: number): boolean => {
      if (odd[node] === 1) return test(whole(strata, node))
      return lines === undefined
        ? test(latin1.slice(start(strata, node), strata.pathEnd[node]!))
        : lines[node] === 1
    }
    const found = new Uint32Array(strata.length)
    let count = 0
    for (let node = 1; node < strata.length; node++) if (has(node) && matches(node)) found[count++] = node
    return found.slice(0, count)
  }
}

interface PathText {
  /** All paths as one text, a line a path and a character a byte. */
  readonly latin1: string
  /** By node: 1 where that line is not the path, which has more than ASCII in it, or a newline. */
  readonly odd: Uint8Array
}

function pathText(strata: Strata): PathText {
  const { paths, pathEnd, parent, length } = strata
  const odd = new Uint8Array(length)
  for (let node = 1; node < length; node++) {
    odd[node] = odd[parent[node]!]!
    for (let at = nameStart(strata, node); odd[node] === 0 && at < pathEnd[node]!; at++)
      if (paths[at]! >= 0x80 || paths[at] === newline) odd[node] = 1
  }
  return { latin1: paths.toString('latin1'), odd }
}

const newline = 10

/** Whether no part of a regular expression can match a newline, so that it may run over all lines at once and matches stay in theirs. */
function staysInLine(pattern: string): boolean {
  return !/\[\^|\\[^.*+?()[\]{}|/$^bdwS-]/.test(pattern)
}

/** By node: 1 where the line of its path matches, once over all of them. */
function matchingLines({ pathEnd, length }: Strata, text: string, expression: RegExp): Uint8Array {
  const matching = new Uint8Array(length)
  expression.lastIndex = 1
  for (let node = 1; node < length && expression.test(text); node++) {
    node = nodeAt(pathEnd, node, expression.lastIndex)
    if (node >= length) break
    matching[node] = 1
    expression.lastIndex = pathEnd[node]! + 1
  }
  return matching
}

/** The first node from `from` on whose path ends at `at` or later; mostly it is near. */
function nodeAt(pathEnd: Uint32Array, from: number, at: number): number {
  let [low, step] = [from, 1]
  while (low + step < pathEnd.length && pathEnd[low + step - 1]! < at) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, pathEnd.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pathEnd[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}

function pathStart({ pathEnd }: Strata, node: number): number {
  return pathEnd[node - 1]! + 1
}

function nameStart(strata: Strata, node: number): number {
  const above = strata.parent[node]!
  const shared = above === 0 ? 0 : strata.pathEnd[above]! - pathStart(strata, above)
  return pathStart(strata, node) + shared + 1
}

/** Capitals to small letters, in the ASCII range alone, where UTF-8 has nothing but those letters. */
const foldedBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
)
const plainBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** What a directory's path holds, the paths below hold too: only what is new in a path is looked through. */
function substring(
  strata: Strata,
  { text, caseSensitive }: { readonly text: string; readonly caseSensitive: boolean },
  has: (node: number) => boolean,
): Uint32Array {
  const { paths, pathEnd, parent, length } = strata
  const key = Buffer.from(caseSensitive ? text : text.toLowerCase())
  const fold = caseSensitive ? plainBytes : foldedBytes
  const [first, size] = [key[0]!, key.length]
  const holds = new Uint8Array(length)
  const found = new Uint32Array(length)
  let count = 0
  for (let node = 1; node < length; node++) {
    let holding = holds[parent[node]!]!
    const last = pathEnd[node]! - size
    for (
      let at = Math.max(pathStart(strata, node), nameStart(strata, node) - size);
      holding === 0 && at <= last;
      at++
    ) {
      if (fold[paths[at]!] !== first) continue
      let same = 1
      while (same < size && fold[paths[at + same]!] === key[same]) same++
      if (same === size) holding = 1
    }
    holds[node] = holding
    if (holding === 1 && has(node)) found[count++] = node
  }
  return found.slice(0, count)
}

function compile(
  text: string,
  as: NonNullable<Search['as']>,
  caseSensitive: boolean,
): (text: string) => boolean {
  if (as === 'substring') return (path) => path.toLowerCase().includes(text.toLowerCase())
  try {
    if (as === 'glob') {
      const test = compileGlob(caseSensitive ? text : text.toLowerCase())
      return caseSensitive ? test : (path) => test(path.toLowerCase())
    }
    const expression = new RegExp(text, caseSensitive ? 'u' : 'iu')
    return (path) => expression.test(path)
  } catch (cause) {
    throw new Fault('usage.invalid', `"${text}" is no ${as === 'glob' ? 'glob' : 'regular expression'}`, {
      hint: isFault(cause) || cause instanceof Error ? cause.message : undefined,
      cause,
    })
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
