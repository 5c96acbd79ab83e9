// Layers that are known before they are here: of images and caches in registries. They come when something reads them, and only then.
import { type Context, type DiffId, openLimit } from '../core/index.ts'
import type { Lease, Store } from '../store/index.ts'

export interface Supply {
  /** Says how a layer can be had. The first offer for a layer counts. */
  offer(id: DiffId, fetch: (ctx: Context) => Promise<void>): void
  /** Withdraws the offer for a layer. */
  withdraw(id: DiffId): void
  /** Brings those here that are not; what nobody offers stays away, and whoever reads it says so. */
  obtain(ids: readonly DiffId[], ctx: Context): Promise<void>
}

/** As many as docker fetches at once. */
const parallel = 3

/** `lease` keeps the layers that are asked for. */
export function openSupply(store: Store, lease: Lease): Supply {
  const offers = new Map<DiffId, (ctx: Context) => Promise<void>>()
  const coming = new Map<DiffId, Promise<void>>()
  const limit = openLimit(parallel)
  const fetch = (id: DiffId, ctx: Context): Promise<void> | undefined => {
    const offer = offers.get(id)
    const known = coming.get(id)
    if (offer === undefined || known !== undefined) return known
    const arrival = limit(() => offer(ctx)).finally(() => coming.delete(id))
    coming.set(id, arrival)
    return arrival
  }
  return {
    offer: (id, how) => {
      if (!offers.has(id)) offers.set(id, how)
    },
    withdraw: (id) => {
      offers.delete(id)
    },
    async obtain(ids, ctx) {
      lease.hold(ids)
      const away = ids.filter((id) => !store.layers.has(id))
      // none may still be under way when another attempt asks again
      const arrivals = await Promise.allSettled(away.map((id) => fetch(id, ctx)))
      const lost = arrivals.find(({ status }) => status === 'rejected')
      if (lost?.status === 'rejected') throw lost.reason
    },
  }
}
