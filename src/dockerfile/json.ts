// The exec form: a JSON array of strings. Text that starts like one but is no JSON counts as a shell command, as in BuildKit;
// JSON of anything but strings is an error.
import { skipSpace } from './text.ts'

/** The strings; `other` for an array that holds something else; `undefined` for text that is no JSON array. */
export function parseStringArray(text: string): readonly string[] | 'other' | undefined {
  const start = skipSpace(text)
  if (text[start] !== '[') return undefined
  let value: unknown
  try {
    value = JSON.parse(text.slice(start))
  } catch {
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  const strings: string[] = []
  for (const item of value) {
    if (typeof item !== 'string') return 'other'
    strings.push(item.toWellFormed())
  }
  return strings
}
