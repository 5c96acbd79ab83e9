// Cache mounts as users handle them.
import * as fs from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Context, Fault, rootPath } from '../core/index.ts'
import type { Lock } from '../kernel/index.ts'
import { hostEntries, hostView } from '../snapshot/index.ts'
import { exportDirectory, loadMounts, type PackedMount, saveMounts, sizeOf } from '../store/index.ts'
import type { CacheCalls, CacheRow } from './api/index.ts'
import type { Rooms } from './workshop.ts'

export function cacheCalls(rooms: Rooms): CacheCalls {
  const { store } = rooms
  return {
    caches: async () => store.mounts.list().map(({ id, path }): CacheRow => ({ id, size: sizeOf(path) })),
    async pruneCaches(ids, ctx) {
      const chosen = choose(rooms, ids).map(({ id }) => id)
      // `within` nothing: only the mounts go
      const { cacheMounts: removed, freedBytes } = await store.collect(
        { within: [], cacheMounts: chosen },
        ctx,
      )
      return { removed, freedBytes }
    },
    async exportCaches(ids, to, ctx) {
      using _lease = store.lease()
      const { kernel } = await rooms.machine()
      const packed: PackedMount[] = []
      for (const { id, path } of choose(rooms, ids)) {
        using _lock = await lock(rooms, path, ctx)
        const layer = await store.layers.pack(hostEntries(hostView(path, kernel)), ctx)
        packed.push({ id, layer: layer.diffId })
      }
      await saveMounts(store, packed, to, ctx)
      return packed.map(({ id }) => id)
    },
    async importCaches(source, ctx) {
      using _lease = store.lease()
      const mounts = await loadMounts(store, source, ctx)
      for (const { id, layer } of mounts) {
        const { path: directory } = store.mounts.open(id)
        using _lock = await lock(rooms, directory, ctx)
        const root = process.getuid?.() === 0
        const owners = root ? 'kept' : 'caller'
        await exportDirectory(store, [{ layers: [layer], directory: '' }], { directory, owners }, ctx)
        const top = store.layers.stack([layer]).lookup(rootPath)?.node.meta
        if (top === undefined) continue
        if (root) fs.chownSync(directory, top.uid, top.gid)
        fs.chmodSync(directory, top.mode)
      }
      return mounts.map(({ id }) => id)
    },
  }
}

function choose({ store }: Rooms, ids: readonly string[]) {
  const all = store.mounts.list()
  const missing = ids.find((id) => all.every((mount) => mount.id !== id))
  if (missing !== undefined)
    throw new Fault('cache.missing', `No such cache mount: ${missing}`, { hint: 'peel cache ls lists them' })
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id))
}

/** The lock that `sharing=locked` mounts take; waits for builds that have it. */
async function lock(rooms: Rooms, directory: string, ctx: Context): Promise<Lock> {
  const { kernel } = await rooms.machine()
  for (;;) {
    const held = kernel.lock(`${directory}.lock`, 'exclusive', 'try')
    if (held !== undefined) return held
    await delay(50, undefined, { signal: ctx.signal })
  }
}
