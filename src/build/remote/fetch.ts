// The layer of a step that a cache knows is fetched, and checked against the layer that the step is said to have given.
import { asFault, type Context, type DiffId, Fault } from '../../core/index.ts'
import type { Store } from '../../store/index.ts'
import { beginLayer, counted } from '../../transfer/index.ts'
import type { RemoteLayer } from './caches.ts'

/** Faults with `cache.lost` where the layer cannot be had or is another than was said. */
export async function fetchLayer(
  id: DiffId,
  { store, layer }: { readonly store: Store; readonly layer: RemoteLayer },
  ctx: Context,
): Promise<void> {
  const { descriptor, from, cache } = layer
  const task = beginLayer(descriptor.digest, { prefix: 'cache ' }, ctx)
  try {
    task.enter('Downloading')
    const name = `the layer ${id}`
    const open = (at: number): AsyncIterable<Uint8Array> =>
      counted(from.read(descriptor, at, ctx), { task, from: at, size: descriptor.size })
    await store.layers.receive({ descriptor, diffId: id, name, open }, ctx)
    task.end('done', 'Download complete')
  } catch (thrown) {
    task.fail(thrown)
    if (ctx.signal.aborted) throw ctx.signal.reason
    const fault = asFault(thrown)
    if (fault.kind === 'internal') throw fault
    throw new Fault('cache.lost', `the cache ${cache} does not give what it lists: ${fault.message}`, {
      hint: 'build without this --cache-from, or make the cache anew',
      data: { layer: id },
      cause: fault,
    })
  }
}
