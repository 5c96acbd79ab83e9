// Which backend: the first that this machine can do, unless one is forced.
import { Fault } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Backend, Snapshots, StoreForSnapshots } from './types.ts'

export function chooseBackend(_store: StoreForSnapshots, _kernel: Kernel, forced?: Backend): Snapshots {
  throw new Fault('internal', `not yet built: ${forced ?? ''}`)
}
