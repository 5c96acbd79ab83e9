import { Fault } from '../core/index.ts'
import type { Port } from './types.ts'

/** Reads expanded EXPOSE words such as `80`, `53/udp`, `8000-8010/tcp`. Faults with `dockerfile.invalid`. */
export function parsePorts(_words: readonly string[]): Port[] {
  throw new Fault('internal', 'to be written')
}
