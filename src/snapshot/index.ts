// Chains of layers as directories, to read (`view`) or to write in (`draft`).
import type { Kernel } from '../kernel/index.ts'
import { chooseBackend } from './choose.ts'
import type { Backend, Snapshots, StoreForSnapshots } from './types.ts'

export type { Backend, Draft, Mounted, Snapshots, StoreForSnapshots } from './types.ts'

/**
 * Opens the snapshots of a store; costs nothing until one is asked for. `backend` (or PEEL_SNAPSHOTS) forces one; otherwise the best
 * that this machine can do is taken: indexes mounted, layers unpacked and overlaid, or copies.
 */
export function openSnapshots(
  store: StoreForSnapshots,
  kernel: Kernel,
  options: { readonly backend?: Backend | undefined } = {},
): Snapshots {
  return chooseBackend(store, kernel, options.backend)
}
