import { Fault } from '../core/index.ts'
import type { ExpandOptions, Expansion, Lookup } from './types.ts'

/** Expands variables and removes quotes. Faults with `dockerfile.invalid` on bad substitutions. */
export function expandWord(_word: string, _lookup: Lookup, _options: ExpandOptions): Expansion {
  throw new Fault('internal', 'to be written')
}

/** As `expandWord`, then splits at white space that was not quoted. */
export function expandWords(_word: string, _lookup: Lookup, _options: ExpandOptions): string[] {
  throw new Fault('internal', 'to be written')
}
