// Small checks that say in words what is wrong with a JSON value, and where. `null` counts as absent, as docker writes it.

/** `undefined` for a value that fits, else a phrase such as `config.User must be a string`. */
export type Check = (value: unknown, at: string) => string | undefined

const nameOf = (at: string): string => (at === '' ? 'it' : at)

/** A string, of the given grammar if there is one; `what` names it. */
export function text(grammar?: RegExp, what = 'text of its grammar'): Check {
  return (value, at) => {
    if (typeof value !== 'string') return `${nameOf(at)} must be a string`
    return grammar === undefined || grammar.test(value)
      ? undefined
      : `${nameOf(at)}: ${JSON.stringify(value.slice(0, 100))} is not ${what}`
  }
}

export const boolean: Check = (value, at) =>
  typeof value === 'boolean' ? undefined : `${nameOf(at)} must be true or false`

/** An integer of at least `least`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `${nameOf(at)} must be a whole number${most === least ? ` (${least})` : ` of at least ${least}`}`
}

export function oneOf(...choices: readonly string[]): Check {
  return (value, at) =>
    choices.includes(value as string)
      ? undefined
      : `${nameOf(at)} must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`
}

export function list(item: Check, least = 0): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${nameOf(at)} must be a list`
    if (value.length < least) return `${nameOf(at)} must not be empty`
    return first(value.map((inner, i) => () => item(inner, `${at}[${i}]`)))
  }
}

export function map(item: Check): Check {
  return (value, at) =>
    isObject(value)
      ? first(Object.keys(value).map((key) => () => item(value[key], `${at}[${JSON.stringify(key)}]`)))
      : `${nameOf(at)} must be an object`
}

/** An object with these fields where they are present, and all `required` ones; other fields are nobody's business. */
export function fields(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, at) => {
    if (!isObject(value)) return `${nameOf(at)} must be an object`
    const prefix = at === '' ? '' : `${at}.`
    const missing = required.find((name) => (value[name] ?? null) === null)
    if (missing !== undefined) return `${prefix}${missing} is missing`
    return first(
      Object.entries(checks).map(([name, check]) => () => {
        const inner = value[name] ?? null
        return inner === null ? undefined : check(inner, `${prefix}${name}`)
      }),
    )
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check()
    if (problem !== undefined) return problem
  }
  return undefined
}
