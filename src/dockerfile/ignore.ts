import { Fault } from '../core/index.ts'
import type { Ignore } from './types.ts'

/** Reads an ignore file (text) or takes its patterns as a list. Faults with `ignore.invalid`. */
export function compileIgnore(_source: string | readonly string[]): Ignore {
  throw new Fault('internal', 'to be written')
}

/** Patterns with `**` as `--exclude` and `--parents` take them (each matches the path itself and what is below it). */
export function compilePatterns(_patterns: readonly string[]): Ignore {
  throw new Fault('internal', 'to be written')
}

/** Go's filepath.Match: `*`, `?`, `[a-z]`, `\x`; the whole path must match. Faults with `ignore.invalid` on a bad pattern. */
export function matchPath(_pattern: string, _path: string): boolean {
  throw new Fault('internal', 'to be written')
}
