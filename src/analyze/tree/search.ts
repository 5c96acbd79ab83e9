// Full-path search. The paths lie end to end in one buffer, so a substring is found by the search for bytes that the engine has
// built in; patterns run over slices of one text.
import { compileGlob, Fault, isFault } from '../../core/index.ts'
import { nodeName, nodePath, type Strata } from '../../layer/index.ts'
import type { Search } from './types.ts'

export type SearchIn = (search: Search, has: (node: number) => boolean) => Uint32Array

/** What is made of the paths for searching is made once, at the first search that needs it. */
export function createSearch(strata: Strata): SearchIn {
  const text = once(() => strata.paths.toString('latin1'))
  const folded = once(() => foldAscii(strata.paths))
  return (search, has) => {
    const { as = 'substring' } = search
    const caseSensitive = search.caseSensitive ?? /\p{Lu}/u.test(search.text)
    if (search.text === '') return new Uint32Array(0)
    if (as === 'substring' && (caseSensitive || /^[\x20-\x7e]*$/.test(search.text)))
      return caseSensitive
        ? substring(strata, { bytes: strata.paths, key: Buffer.from(search.text), has })
        : substring(strata, { bytes: folded(), key: Buffer.from(search.text.toLowerCase()), has })
    const test = compile(search.text, as, caseSensitive)
    const byName = as === 'glob' && !search.text.includes('/')
    return matching(strata, has, (node) => {
      if (byName) return test(nodeName(strata, node))
      const path = text().slice(strata.pathEnd[node - 1]! + 1, strata.pathEnd[node]!)
      return test(/[\x80-\xff]/.test(path) ? nodePath(strata, node) : path)
    })
  }
}

/** Small letters for capitals, in the ASCII range alone, where UTF-8 has nothing but those letters. */
function foldAscii(bytes: Uint8Array): Buffer {
  const folded = Buffer.from(bytes)
  for (let i = 0; i < folded.length; i++) if (folded[i]! >= 65 && folded[i]! <= 90) folded[i]! += 32
  return folded
}

function substring(
  { pathEnd, length }: Strata,
  {
    bytes,
    key,
    has,
  }: { readonly bytes: Buffer; readonly key: Buffer; readonly has: (node: number) => boolean },
): Uint32Array {
  const found: number[] = []
  let node = 1
  for (let at = bytes.indexOf(key); at >= 0 && node < length; at = bytes.indexOf(key, at)) {
    node = nodeAt(pathEnd, node, at)
    if (at + key.length <= pathEnd[node]! && has(node)) found.push(node)
    at = pathEnd[node]! + 1
    node++
  }
  return Uint32Array.from(found)
}

/** The node in whose path a byte is, which is `from` or a later one; most hits are near. */
function nodeAt(pathEnd: Uint32Array, from: number, at: number): number {
  let step = 1
  let low = from
  while (low + step < pathEnd.length && pathEnd[low + step - 1]! < at) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, pathEnd.length - 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pathEnd[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}

function matching(
  { length }: Strata,
  has: (node: number) => boolean,
  test: (node: number) => boolean,
): Uint32Array {
  const found: number[] = []
  for (let node = 1; node < length; node++) if (has(node) && test(node)) found.push(node)
  return Uint32Array.from(found)
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
