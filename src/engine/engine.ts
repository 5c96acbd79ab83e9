// Opens the engine over a store directory.
import { Fault } from '../core/index.ts'
import type { Engine, EngineOptions } from './api.ts'

/** Opens the engine; makes the store where there is none. Faults with `store.unwritable` or `store.version`. */
export function openEngine(options: EngineOptions = {}): Engine {
  throw new Fault('internal', `the engine is not assembled yet (root ${options.root ?? 'default'})`)
}
