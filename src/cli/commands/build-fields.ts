// What the values of several flags of `peel build` have in common: lists of fields, and how they are refused.
import { Fault } from '../../core/index.ts'

/** Faults with `usage.invalid`. */
export function fail(message: string, hint?: string): never {
  throw new Fault('usage.invalid', message, { hint: hint ?? "See 'peel build --help'" })
}

/** One line of comma-separated `key=value`; a field in double quotes may hold commas. */
export function parseFields(text: string, flag: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [field] of text.matchAll(/(?:"(?:[^"]|"")*"|[^,"])+/g)) {
    const plain = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field
    const equals = plain.indexOf('=')
    if (equals < 1) fail(`${flag} ${text}: "${plain}" is not key=value`)
    fields.set(plain.slice(0, equals).trim().toLowerCase(), plain.slice(equals + 1))
  }
  return fields
}
