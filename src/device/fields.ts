// The values of a spec file, whose scalars are texts (`parseYaml` with `scalars: 'text'`): what a text means depends on the field, as it
// does in the Go programs that read these files. Names of fields are told apart without regard to case, and unknown ones are refused.
import { Fault } from '../core/index.ts'

export function refuse(at: string, problem: string): never {
  throw new Fault('device.invalid', `${at}: ${problem}`)
}

/** The named fields of an object; one that is absent, empty or null is left out. Faults with `device.invalid` for others. */
export function fields<Name extends string>(
  value: unknown,
  at: string,
  names: readonly Name[],
): { readonly [N in Name]?: unknown } {
  if (isAbsent(value)) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(at, 'it is no object')
  const found: { [N in Name]?: unknown } = {}
  for (const [key, one] of Object.entries(value)) {
    const name = names.find((known) => known.toLowerCase() === key.toLowerCase())
    if (name === undefined) return refuse(at, `there is no field "${key}" in a CDI spec here`)
    if (!isAbsent(one)) found[name] = one
  }
  return found
}

export function list<Item>(
  value: unknown,
  at: string,
  read: (value: unknown, at: string) => Item,
): readonly Item[] {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) return refuse(at, 'it is no list')
  return value.map((one, index) => read(one, `${at}[${index}]`))
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function texts(value: unknown, at: string): readonly string[] {
  return list(value, at, (one, place) => (typeof one === 'string' ? one : refuse(place, 'it is no text')))
}

/** A whole number from 0 on: decimal, `0x…`, or octal as `0…` or `0o…`. */
export function natural(value: unknown, at: string): number {
  if (typeof value === 'string' && /^(?:\d+|0x[\da-f]+|0o[0-7]+)$/i.test(value)) {
    const number = /^0[0-7]+$/.test(value) ? Number.parseInt(value, 8) : Number(value)
    if (Number.isSafeInteger(number)) return number
  }
  return refuse(at, `"${String(value)}" is no whole number`)
}

/** Texts by their names. */
export function annotations(value: unknown, at: string): Readonly<Record<string, string>> {
  if (isAbsent(value)) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(at, 'it is no object')
  const found = Object.entries(value)
  for (const [key, one] of found) if (typeof one !== 'string') refuse(`${at}.${key}`, 'it is no text')
  return Object.fromEntries(found)
}

export function optional<Value>(value: unknown, read: (value: unknown) => Value): Value | undefined {
  return value === undefined ? undefined : read(value)
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '~' || value === 'null'
}
