// How Go prints values with `{{.Field}}`: what `docker inspect -f` shows.

/** Lists as `[a b]`, maps as `map[k:v]` with sorted keys, empty structures as `{}`, absent values as an empty list or text. */
export function goFormat(value: unknown, nested = false): string {
  if (value === undefined || value === null) return nested ? '<nil>' : '[]'
  if (Array.isArray(value)) return `[${value.map((item) => goFormat(item, true)).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  if (nested && entries.length === 0) return '{}'
  return `map[${entries.map(([key, item]) => `${key}:${goFormat(item, true)}`).join(' ')}]`
}
