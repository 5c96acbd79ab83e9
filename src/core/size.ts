// Sizes in docker's words: every face says them the same way.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** Bytes with three (or `digits`) significant digits and decimal units: `1.98MB`. Where docker prints `1e+03kB` this says `1MB`. */
export function printSize(bytes: number, digits = 3): string {
  let size = bytes
  let unit = 0
  while (unit < units.length - 1 && Number(size.toPrecision(digits)) >= 1000) {
    size /= 1000
    unit++
  }
  return `${Number(size.toPrecision(digits))}${units[unit]}`
}
