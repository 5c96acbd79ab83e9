// Times and ids in docker's words, so that its users and their scripts read them as they are used to.

/** How long that is, roughly: `2 hours`, `About a minute`. */
export function printDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.floor(seconds / 3600 + 0.5)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(hours / 24 / 365)} years`
}

/** `3 years ago` for an ISO 8601 time; `N/A` where there is none. */
export function printSince(created: string | undefined, now: number): string {
  const at = created === undefined ? Number.NaN : Date.parse(created)
  return Number.isNaN(at) ? 'N/A' : `${printDuration(now - at)} ago`
}

/** A time without fractions of a second, in UTC: `2023-11-14T22:13:20Z`. */
export function printTime(created: string | undefined): string {
  const at = created === undefined ? Number.NaN : Date.parse(created)
  return Number.isNaN(at) ? 'N/A' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Seconds with one digit: `0.3s`. */
export function printSeconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`
}

/** The id as docker's tables show it: twelve hex digits. */
export function printShortId(id: string): string {
  return id.replace(/^[a-z0-9]+:/, '').slice(0, 12)
}

/** At most `length` characters, the last one `…` if something was left out. */
export function ellipsis(text: string, length: number): string {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

/** Sizes as dive prints them: `131 B`, `6.4 kB`, `32 kB`. */
export function printDiveSize(bytes: number): string {
  if (bytes < 10) return `${bytes} B`
  let power = 0
  while (power < diveUnits.length - 1 && bytes >= 1000 ** (power + 1)) power++
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${diveUnits[power]}`
}

const diveUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
