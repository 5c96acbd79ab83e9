// A warning on one line.
import type { Warning } from './state.ts'

/** `message (Dockerfile:3)`. */
export function printWarning(warning: Warning): string {
  const { message, place } = warning
  return place === undefined ? message : `${message} (${place.file}:${place.line})`
}
