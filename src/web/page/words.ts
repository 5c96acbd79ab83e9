// Numbers and names as people read them; the program and the page's script print them alike.

const units = ['B', 'kB', 'MB', 'GB', 'TB']
const whole = new Intl.NumberFormat('en')

/** Three digits and a decimal unit, which stay on one line: `1.98 MB`. */
export function bytes(size: number): string {
  let unit = 0
  let scaled = size
  while (unit < units.length - 1 && scaled >= 999.5) {
    scaled /= 1000
    unit++
  }
  return `${Number(scaled.toPrecision(3))}\u00a0${units[unit]}`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${whole.format(number)} ${number === 1 ? one : many}`
}

/** A share as whole percents; what is nearly nothing or nearly all does not become it by rounding. */
export function percent(part: number, all: number): string {
  if (all === 0 || part === 0) return '0 %'
  const share = (100 * part) / all
  if (share < 1) return '< 1 %'
  if (share > 99 && part < all) return '> 99 %'
  return `${Math.round(share)} %`
}

/**
 * Text with what could hide or disguise it made visible: control characters as their pictures, marks that turn the
 * direction of writing and lone surrogates (bytes that are no UTF-8) as U+FFFD.
 */
export function visible(text: string): string {
  if (!suspicious.test(text)) return text
  return text.replace(allSuspicious, (character) => {
    const code = character.codePointAt(0)!
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}
// tabs and line breaks are text of Dockerfiles
const pattern = '[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]'
const suspicious = new RegExp(pattern, 'u')
const allSuspicious = new RegExp(pattern, 'gu')
