// What every long operation is handed, always as its last parameter: how to stop it and where it tells what it does.
import type { Event } from './events.ts'

export interface Context {
  readonly signal: AbortSignal
  readonly emit: (event: Event) => void
}

/** A context that never stops and tells nobody; for tests and for calls that need no progress. */
export const silent: Context = { signal: new AbortController().signal, emit: () => {} }
