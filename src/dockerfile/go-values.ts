// Values in Go's notations: booleans, durations, sizes are read (`undefined` means that the text is none), texts are written.

/** strconv.ParseBool. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
}

/** time.ParseDuration, in nanoseconds: `1h30m`, `1.5s`, `-2ms`, `0`. */
export function parseDuration(text: string): number | undefined {
  const signed = /^([+-]?)(.*)$/s.exec(text)!
  const sign = signed[1] === '-' ? -1 : 1
  const rest = signed[2]!
  if (rest === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let total = 0
  for (const [, number, unit] of rest.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g))
    total += Number(number) * nanoseconds[unit!]!
  return total >= 2 ** 63 ? undefined : sign * Math.trunc(total)
}

const sizes = ['', 'k', 'm', 'g', 't', 'p']

/** docker/go-units RAMInBytes: `64m`, `1.5GiB`, `1024`; units count by 1024. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)*) ?(?:([kKmMgGtTpP])?[iI]?[bB]?)$/.exec(text)
  const number = Number(match?.[1])
  if (match === null || Number.isNaN(number)) return undefined
  return Math.trunc(number * 1024 ** sizes.indexOf((match[2] ?? '').toLowerCase()))
}

/** strconv.ParseUint(text, base, 32). */
export function parseUnsigned(text: string, base: 8 | 10): number | undefined {
  if (!(base === 8 ? /^[0-7]+$/ : /^\d+$/).test(text)) return undefined
  const value = Number.parseInt(text, base)
  return value > 0xffffffff ? undefined : value
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x07': '\\a',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
}

/** strconv.Quote, which is `%q`: what is not printable is escaped. */
export function goQuote(text: string): string {
  const written = text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    const code = character.codePointAt(0)!
    const digits = code.toString(16)
    if (code < 0x80) return escapes[character] ?? `\\x${digits.padStart(2, '0')}`
    return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
  })
  return `"${written}"`
}
