// The small judgements behind the rules: names, casing, ports, paths. Pure functions of what is written.
import { isFault, parseReference } from '../../core/index.ts'
import { type Escape, expandWord, type Ignore, type Instruction } from '../../dockerfile/index.ts'

/** Which case most keywords have; upper case where neither prevails. Keywords of mixed case have no vote. */
export function caseMajority(keywords: readonly string[]): {
  readonly name: 'lowercase' | 'uppercase'
  apply(keyword: string): string
} {
  const lower = keywords.filter((keyword) => keyword === keyword.toLowerCase()).length
  const upper = keywords.filter((keyword) => keyword === keyword.toUpperCase()).length
  return lower > upper
    ? { name: 'lowercase', apply: (keyword) => keyword.toLowerCase() }
    : { name: 'uppercase', apply: (keyword) => keyword.toUpperCase() }
}

/** Pairs of instructions of which only the later one counts. */
export function lastOnly(
  instructions: readonly Instruction[],
): { readonly earlier: Instruction; readonly later: Instruction }[] {
  const last = new Map<Instruction['kind'], Instruction>()
  return instructions.flatMap((later) => {
    if (later.kind !== 'CMD' && later.kind !== 'ENTRYPOINT' && later.kind !== 'HEALTHCHECK') return []
    const earlier = last.get(later.kind)
    last.set(later.kind, later)
    return earlier === undefined ? [] : [{ earlier, later }]
  })
}

/** What is odd about one word of EXPOSE, such as `127.0.0.1:80:80/TCP`. */
export function portProblems(port: string): { readonly upperCase: boolean; readonly mapped: boolean } {
  const colon = port.lastIndexOf(':')
  const slash = port.indexOf('/', colon + 1)
  const protocol = slash < 0 ? '' : port.slice(slash + 1)
  return { upperCase: protocol !== protocol.toLowerCase(), mapped: colon > 0 }
}

/** Whether the ignore file leaves nothing of the context; its single names say nothing about the root. */
export function ignoredRoot(ignore: Ignore): boolean {
  return ignore.patterns.some((pattern) => pattern === '*' || pattern === '**' || pattern === '**/*')
}

/** A source path without `.`, `..`, doubled or closing slashes. */
export function cleanSource(source: string): string {
  const root = source.startsWith('/') ? '/' : ''
  const parts: string[] = []
  for (const part of source.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '..' || root === '') parts.push(part)
  }
  return `${root}${parts.join('/')}` || '.'
}

/** Whether a text can be an image's name. */
export function isReference(text: string): boolean {
  return withoutFault(() => parseReference(text)) !== undefined
}

/** The word with these variables, `undefined` where it cannot be expanded. */
export function expandDefault(
  word: string,
  values: ReadonlyMap<string, string>,
  options: { readonly escape: Escape },
): string | undefined {
  return withoutFault(() => expandWord(word, (name) => values.get(name), options))?.text
}

/** ` (did you mean X?)`, or nothing. */
export function meant(name: string | undefined, mark = ''): string {
  return name === undefined ? '' : ` (did you mean ${mark}${name}?)`
}

export function withoutFault<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}
