// Ignore files and pattern lists, by the rules of moby/patternmatcher: the last rule that matches decides, and a rule that matches
// a directory matches all below it. A pattern with no wildcard but a leading or trailing `**` is compared as plain text there, which
// makes `**foo` match "barfoo"; that is kept.
import { Fault } from '../core/index.ts'
import { matchTokens, parseGlob, type Token } from './glob.ts'
import { cleanPath } from './mount.ts'
import { quote, trim } from './text.ts'
import type { Ignore, IgnoreVerdict } from './types.ts'

interface Rule {
  readonly line: number
  readonly pattern: string
  readonly negated: boolean
  readonly components: readonly string[]
  readonly matches: (path: string) => boolean
}

/** Go's filepath.Match: `*`, `?`, `[a-z]`, `\x`; the whole path must match. Faults with `ignore.invalid` on a bad pattern. */
export function matchPath(pattern: string, path: string): boolean {
  return matchTokens(parseGlob(pattern), path)
}

/** Reads an ignore file (text) or takes its patterns as a list. Faults with `ignore.invalid`. */
export function compileIgnore(source: string | readonly string[]): Ignore {
  if (typeof source !== 'string') return compilePatterns(source)
  const lines = readIgnoreFile(source)
  return createIgnore(lines.map(({ pattern, line }) => ({ line, text: pattern })))
}

/** Patterns with `**` as `--exclude` takes them; a leading `/` is not removed. */
export function compilePatterns(patterns: readonly string[]): Ignore {
  return createIgnore(patterns.map((text, at) => ({ line: at + 1, text })))
}

/** The patterns of an ignore file: comments and blank lines gone, paths cleaned, leading slashes removed. */
export function readIgnoreFile(text: string): { readonly pattern: string; readonly line: number }[] {
  const patterns: { pattern: string; line: number }[] = []
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = trim(raw)
    if (raw.startsWith('#') || line === '') continue
    const negated = line.startsWith('!')
    const path = negated ? trim(line.slice(1)) : line
    const clean = path === '' ? '' : cleanPath(path)
    const relative = clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean
    patterns.push({ pattern: negated ? `!${relative}` : relative, line: index + 1 })
  }
  return patterns
}

function createIgnore(sources: readonly { readonly line: number; readonly text: string }[]): Ignore {
  const rules = sources.map(compileRule).filter((rule) => rule !== undefined)
  const parents = new Map<string, Uint8Array>()

  /** Which rules match `path` or a directory above it. */
  const directory = (path: string): Uint8Array => {
    const known = parents.get(path)
    if (known !== undefined) return known
    const slash = path.lastIndexOf('/')
    const above = slash > 0 ? directory(path.slice(0, slash)) : undefined
    const hits = Uint8Array.from(rules, (rule, at) => (above?.[at] === 1 || rule.matches(path) ? 1 : 0))
    if (parents.size > 20_000) parents.clear()
    parents.set(path, hits)
    return hits
  }

  const decide = (path: string): number => {
    const slash = path.lastIndexOf('/')
    const above = slash > 0 ? directory(path.slice(0, slash)) : undefined
    for (let at = rules.length - 1; at >= 0; at--) {
      if (above?.[at] === 1 || rules[at]!.matches(path)) return at
    }
    return -1
  }

  return {
    patterns: rules.map(({ pattern }) => pattern),
    match: (path): IgnoreVerdict => {
      const clean = normal(path)
      const rule = clean === '.' ? undefined : rules[decide(clean)]
      if (rule === undefined) return { ignored: false }
      return { ignored: !rule.negated, rule: { line: rule.line, pattern: rule.pattern } }
    },
    canSkipDirectory: (path) => {
      const clean = normal(path)
      if (clean === '.') return false
      const at = decide(clean)
      if (at < 0 || rules[at]!.negated) return false
      const components = clean.split('/')
      return !rules.slice(at + 1).some((rule) => rule.negated && mayMatchBelow(rule, components))
    },
  }
}

function normal(path: string): string {
  const clean = cleanPath(path)
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean
}

/** Whether the pattern could match something below the directory; may say true too often, never too rarely. */
function mayMatchBelow(rule: Rule, directory: readonly string[]): boolean {
  for (const [at, name] of directory.entries()) {
    const component = rule.components[at]
    if (component === undefined) return false
    if (component.includes('**') || component.includes('[') || component.includes('\\')) return true
    if (!matchPath(component, name)) return false
  }
  return rule.components.length > directory.length
}

function compileRule({ line, text }: { readonly line: number; readonly text: string }): Rule | undefined {
  const trimmed = trim(text)
  if (trimmed === '') return undefined
  const clean = cleanPath(trimmed)
  const negated = clean.startsWith('!')
  const pattern = negated ? clean.slice(1) : clean
  if (pattern === '')
    throw new Fault('ignore.invalid', 'illegal exclusion pattern: "!"', {
      hint: 'write a path after the !',
      data: { line },
    })
  return { line, pattern: clean, negated, components: pattern.split('/'), matches: createMatcher(pattern) }
}

function createMatcher(pattern: string): (path: string) => boolean {
  const globTokens = parseGlob(pattern)
  if (globTokens.some((token) => token.kind === 'class' && token.ranges.some(([low, high]) => low > high)))
    throw new Fault('ignore.invalid', `syntax error in pattern ${quote(pattern)}`, {
      hint: 'write the ends of a range in order',
    })
  const isPlain = !/[*?[\]\\]/.test(pattern)
  if (isPlain) return (path) => path === pattern
  const lead = /^\*\*([^*?[\]\\]*)$/.exec(pattern)?.[1]
  if (lead !== undefined)
    return (path) => path.endsWith(lead) || (lead.startsWith('/') && path === lead.slice(1))
  const prefix = /^([^*?[\]\\]*)\*\*$/.exec(pattern)?.[1]
  if (prefix !== undefined) return (path) => path.startsWith(prefix)
  const tokens = joinStars(globTokens)
  const expression = toRegExp(tokens)
  return (path) => expression?.test(path) ?? matchTokens(tokens, path)
}

/** The same pattern as a regular expression, which is faster; `undefined` where backtracking could make it slow. */
function toRegExp(tokens: readonly Token[]): RegExp | undefined {
  const code = (point: number) => `\\u{${point.toString(16)}}`
  let wild = 0
  const source = tokens.map((token) => {
    switch (token.kind) {
      case 'char':
        return code(token.char.codePointAt(0)!)
      case 'any':
        return '[^/]'
      case 'class':
        return `[${token.negated ? '^' : ''}${token.ranges.map(([low, high]) => `${code(low)}-${code(high)}`).join('')}]`
      case 'star':
        wild++
        return '[^/]*'
      case 'directories':
        wild++
        return '(?:.*/)?'
      default:
        return '.*'
    }
  })
  return wild > 2 ? undefined : new RegExp(`^${source.join('')}$`, 'su')
}

/** Turns two stars in a row, and a slash after them, into what `**` means. */
function joinStars(tokens: readonly Token[]): Token[] {
  const joined: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.kind !== 'star' || tokens[at + 1]?.kind !== 'star') {
      joined.push(token)
      continue
    }
    at++
    const after = tokens[at + 1]
    if (after?.kind === 'char' && after.char === '/') at++
    joined.push({ kind: at + 1 === tokens.length ? 'all' : 'directories' })
  }
  return joined
}
