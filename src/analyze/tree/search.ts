// Full-path search over the buffer that holds all paths end to end: text is looked for in its bytes, patterns run over slices of it.
import { compileGlob, Fault, isFault } from '../../core/index.ts'
import { nodeName, nodePath, type Strata } from '../../layer/index.ts'
import type { Search } from './types.ts'

export type SearchIn = (search: Search, has: (node: number) => boolean) => Uint32Array

/** What is made of the paths for patterns is made once, at the first search that needs it. */
export function createSearch(strata: Strata): SearchIn {
  const text = once((): PathText => {
    const latin1 = strata.paths.toString('latin1')
    return { latin1, ascii: !/[\x80-\xff]/.test(latin1) }
  })
  return (search, has) => {
    const { as = 'substring' } = search
    const caseSensitive = search.caseSensitive ?? /\p{Lu}/u.test(search.text)
    if (search.text === '') return new Uint32Array(0)
    if (as === 'substring' && (caseSensitive || /^[\x20-\x7e]*$/.test(search.text)))
      return substring(strata, { text: search.text, caseSensitive }, has)
    const test = compile(search.text, as, caseSensitive)
    const cut = as === 'glob' && !search.text.includes('/') ? nameOf : pathOf
    const found = new Uint32Array(strata.length)
    let count = 0
    for (let node = 1; node < strata.length; node++)
      if (has(node) && test(cut(strata, text(), node))) found[count++] = node
    return found.slice(0, count)
  }
}

/** All paths as one text, a character a byte: a slice of it is the path itself where that is ASCII. */
interface PathText {
  readonly latin1: string
  /** All of it. */
  readonly ascii: boolean
}

function pathOf(strata: Strata, { latin1, ascii }: PathText, node: number): string {
  const path = latin1.slice(pathStart(strata, node), strata.pathEnd[node]!)
  return ascii || !/[\x80-\xff]/.test(path) ? path : nodePath(strata, node)
}

function nameOf(strata: Strata, { latin1, ascii }: PathText, node: number): string {
  const name = latin1.slice(nameStart(strata, node), strata.pathEnd[node]!)
  return ascii || !/[\x80-\xff]/.test(name) ? name : nodeName(strata, node)
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
