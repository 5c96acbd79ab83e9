// Which backend: the first that this machine can do, unless one is forced.
import { Fault } from '../core/index.ts'
import type { Ability, Kernel } from '../kernel/index.ts'
import { copiedSnapshots } from './copies.ts'
import { mountedLayers, unpackedLayers } from './layers.ts'
import { overlaidSnapshots } from './overlaid.ts'
import type { Backend, Snapshots, StoreForSnapshots } from './types.ts'

/** What a backend needs of the machine. */
export const needs: Readonly<Record<Backend, readonly Ability[]>> = {
  mounted: ['private-mounts', 'mount-overlay', 'mount-erofs-file'],
  unpacked: ['private-mounts', 'mount-overlay', 'device-nodes', 'xattrs'],
  copy: [],
}

/** The sentence that says why a backend can't work here; `undefined` when it can. */
export function findObstacle(kernel: Kernel, backend: Backend): string | undefined {
  for (const ability of needs[backend]) {
    const can = kernel.can[ability]
    if (can !== true) return can
  }
  return undefined
}

export function chooseBackend(kernel: Kernel, forced?: Backend): Backend {
  const wanted = forced ?? parseBackend(process.env.PEEL_SNAPSHOTS)
  if (wanted === undefined) {
    const order: readonly Backend[] = ['mounted', 'unpacked', 'copy']
    return order.find((backend) => findObstacle(kernel, backend) === undefined) ?? 'copy'
  }
  const obstacle = findObstacle(kernel, wanted)
  if (obstacle !== undefined) throw new Fault('kernel.unable', obstacle)
  return wanted
}

function parseBackend(text: string | undefined): Backend | undefined {
  if (text === undefined || text === '') return undefined
  if (text === 'mounted' || text === 'unpacked' || text === 'copy') return text
  throw new Fault('usage.invalid', `PEEL_SNAPSHOTS is "${text}"; it can be mounted, unpacked or copy`)
}

export function openBackend(backend: Backend, store: StoreForSnapshots, kernel: Kernel): Snapshots {
  if (backend === 'copy') return copiedSnapshots(store, kernel)
  const directories = backend === 'mounted' ? mountedLayers(store, kernel) : unpackedLayers(store, kernel)
  return overlaidSnapshots(store, kernel, { backend, directories })
}
