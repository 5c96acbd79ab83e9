import { Fault } from '../core/index.ts'
import type { Mount, RawMount } from './types.ts'

/** Reads an (expanded) `--mount`. Faults with `dockerfile.invalid` naming the key and the nearest right one. */
export function parseMount(_raw: RawMount): Mount {
  throw new Fault('internal', 'to be written')
}
