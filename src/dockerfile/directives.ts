// The `# key=value` lines at the top of a Dockerfile. They end at the first line that is none: a blank line, another comment, anything.
import { skipSpace, trim } from './text.ts'
import type { Directives } from './types.ts'

const keys = ['syntax', 'escape', 'check'] as const
type Key = (typeof keys)[number]

export interface Directive {
  readonly name: Key
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

/** Reads one line after the comment mark; `undefined` when it is no directive. */
export function parseDirective(line: string, mark = '#'): Omit<Directive, 'line'> | undefined {
  if (!line.startsWith(mark)) return undefined
  const match = /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=/.exec(line.slice(skipSpace(line, mark.length)))
  if (match === null) return undefined
  const name = keys.find((key) => key === match[1]!.toLowerCase())
  const value = trim(line.slice(line.indexOf('=') + 1))
  return name === undefined || value === '' ? undefined : { name, value }
}

/** All directives at the top, after a `#!` line if there is one; they end where one comes twice. */
export function parseDirectives(text: string, mark = '#'): Directive[] {
  const found: Directive[] = []
  let line = 0
  for (const raw of topLines(text)) {
    line++
    if (line === 1 && raw.startsWith('#!')) continue
    const directive = parseDirective(raw, mark)
    if (directive === undefined || found.some((other) => other.name === directive.name)) break
    found.push({ ...directive, line })
  }
  return found
}

/** Lines until the first that cannot belong to the top, so that a long file is not split for nothing. */
function* topLines(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    yield (end < 0 ? text.slice(at) : text.slice(at, end)).replace(/\r+$/, '')
    at = end < 0 ? text.length : end + 1
  }
}

/** The syntax image a text names, also in the forms other languages use: `// syntax=` lines and a JSON object's `syntax`. */
export function findSyntax(text: string): { readonly value: string; readonly line: number } | undefined {
  for (const mark of ['#', '//']) {
    const found = parseDirectives(text, mark).find((directive) => directive.name === 'syntax')
    if (found !== undefined) return { value: found.value, line: found.line }
  }
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'syntax' in value && typeof value.syntax === 'string')
      return { value: value.syntax, line: 1 }
  } catch {
    return undefined
  }
  return undefined
}

/** What the top of the file says; that a directive comes twice is for the parser to complain about. */
export function readDirectives(text: string): Directives {
  const found: { syntax?: string; escape?: string; check?: string } = {}
  const syntax = findSyntax(text)
  if (syntax !== undefined) found.syntax = syntax.value
  for (const directive of parseDirectives(text)) found[directive.name] ??= directive.value
  return found
}
