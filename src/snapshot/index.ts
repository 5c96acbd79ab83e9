// Chains of layers as directories, to read (`view`) or to write in (`draft`).
import type { Kernel } from '../kernel/index.ts'
import { chooseBackend, openBackend } from './choose.ts'
import type { Backend, Snapshots, StoreForSnapshots } from './types.ts'

export { findObstacle } from './choose.ts'
export { entriesOf as hostEntries, hostView } from './host-view.ts'
export type { Backend, Draft, Mounted, Snapshots, StoreForSnapshots } from './types.ts'

/**
 * Opens the snapshots of a store. Asks nothing of the machine before the first view or draft. `backend` (or PEEL_SNAPSHOTS) forces one
 * and faults with `kernel.unable` where it can't work; otherwise the best that this machine can do is taken: indexes mounted, layers
 * unpacked and overlaid, or copies.
 */
export function openSnapshots(
  store: StoreForSnapshots,
  kernel: Kernel,
  options: { readonly backend?: Backend | undefined } = {},
): Snapshots {
  let opened: Snapshots | undefined
  const open = () => {
    opened ??= openBackend(chooseBackend(kernel, options.backend), store, kernel)
    return opened
  }
  return {
    get backend() {
      return open().backend
    },
    view: async (layers, ctx) => open().view(layers, ctx),
    draft: async (layers, extra, ctx) => open().draft(layers, extra, ctx),
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  }
}
