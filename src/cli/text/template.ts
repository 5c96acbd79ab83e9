// The part of Go's templates that scripts use with docker: `{{.Field.Name}}`, `{{json .Field}}` and `{{.}}`, with text between.
import { Fault } from '../../core/index.ts'

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly path: readonly string[]; readonly json: boolean }

export type Template = readonly Part[]

const action = /^(json\s+)?\.((?:[A-Za-z_][\w-]*)(?:\.[A-Za-z_][\w-]*)*)?$/

/** Reads a template; faults with `usage.invalid` on any other action. `\t` and `\n` stand for tab and newline as in docker. */
export function parseTemplate(source: string): Template {
  const parts: Part[] = []
  const text = source.replaceAll('\\t', '\t').replaceAll('\\n', '\n')
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    if (open !== at) parts.push({ kind: 'text', text: text.slice(at, open < 0 ? undefined : open) })
    if (open < 0) break
    const close = text.indexOf('}}', open)
    if (close < 0) throw new Fault('usage.invalid', `template: unclosed action in "${source}"`)
    const inner = text.slice(open + 2, close).trim()
    const match = action.exec(inner)
    if (match === null)
      throw new Fault('usage.invalid', `template: "{{${inner}}}" is not supported`, {
        hint: 'Use {{.Field}} or {{json .Field}}, or --json and a program such as jq.',
      })
    parts.push({ kind: 'value', path: match[2]?.split('.') ?? [], json: match[1] !== undefined })
    at = close + 2
  }
  return parts
}

/** Fills a template; faults with `usage.invalid` on a field that is not there, as docker does. */
export function fillTemplate(template: Template, value: unknown): string {
  return template
    .map((part) => {
      if (part.kind === 'text') return part.text
      const found = pick(value, part.path)
      return part.json ? JSON.stringify(found ?? null) : printValue(found)
    })
    .join('')
}

/** The names at the ends of the paths, for the heading of a table. */
export function fieldsOf(template: Template): readonly string[] {
  return template.flatMap((part) => (part.kind === 'value' ? [part.path.at(-1) ?? ''] : []))
}

function pick(value: unknown, path: readonly string[]): unknown {
  let here = value
  for (const name of path) {
    if (here === null || here === undefined) return here
    if (typeof here !== 'object' || !Object.hasOwn(here, name)) {
      const known = typeof here === 'object' ? Object.keys(here).join(', ') : ''
      throw new Fault('usage.invalid', `template: there is no field "${name}"`, {
        hint: known === '' ? undefined : `There are ${known}.`,
      })
    }
    here = (here as Record<string, unknown>)[name]
  }
  return here
}

/** As Go's `%v` prints it: `[a b]`, `map[k:v]`, `<nil>`. */
function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, inner]) => `${key}:${printValue(inner)}`).join(' ')}]`
}
