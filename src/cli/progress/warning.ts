// A warning on one line.
import type { Warning } from './state.ts'

/** `Rule: message (Dockerfile:3)`, or the message alone where it is about no place. */
export function printWarning(warning: Warning): string {
  const { code, message, place } = warning
  return place === undefined ? message : `${code}: ${message} (${place.file}:${place.line})`
}
