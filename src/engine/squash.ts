// `peel squash` and `peel flatten`: layers become the one layer of the difference between what is below them and what is above.
import { type Context, Fault } from '../core/index.ts'
import { mergedHistory } from '../image/index.ts'
import { compareViews } from '../layer/index.ts'
import type { Image, Store } from '../store/index.ts'
import type { ReshapedImage, SquashOptions } from './api/index.ts'
import { baseDigestKey, baseNameKey, baseOf, standsOn } from './base.ts'
import { createdNow } from './created.ts'
import { holdImage } from './held.ts'
import { findImage } from './names.ts'
import { storeReshaped } from './reshape.ts'
import type { Rooms } from './workshop.ts'

export async function squashImage(
  options: SquashOptions,
  rooms: Rooms,
  ctx: Context,
): Promise<ReshapedImage> {
  const { store } = rooms
  using lease = store.lease()
  const image = holdImage(store, lease, options.image)
  const kept = keptLayers(store, image, options)
  const below = image.layers.slice(0, kept)
  const merged = image.layers.length - kept
  if (merged === 0)
    throw new Fault('image.base', `${options.image} has no layers above those that stay`, {
      hint: 'name a base that is further down, or a lower layer with --from',
    })
  const lower = store.layers.stack(below)
  const upper = store.layers.stack(image.layers)
  const { diffId } = await store.layers.pack(compareViews(lower, upper), ctx)
  const layers = [...below, diffId]
  const [difference] = compareViews(upper, store.layers.stack(layers))
  if (difference !== undefined)
    throw new Fault('internal', `the squashed image differs from ${options.image} at ${difference.path}`)
  const created = createdNow(rooms.env)
  const note = {
    created,
    created_by: kept === 0 ? 'peel flatten' : 'peel squash',
    comment: `${merged} layer${merged === 1 ? '' : 's'} of ${image.configDigest} in one`,
  }
  const { [baseDigestKey]: digest, [baseNameKey]: name, ...others } = image.manifest.annotations ?? {}
  return storeReshaped(store, image, {
    layers,
    kept,
    history: mergedHistory(image.config.history ?? [], kept, note),
    created,
    // without its layers the image no longer stands on its base
    annotations: kept === 0 ? others : (image.manifest.annotations ?? {}),
    tag: options.tag,
  })
}

function keptLayers(store: Store, image: Image, { image: name, keep }: SquashOptions): number {
  if (keep === undefined) {
    const { layers } = baseOf(store, image)
    if (layers.length > 0) return layers.length
    throw new Fault('image.base', `it is not known which layers of ${name} are its base`, {
      hint: 'name the base (--base) or the first layer to merge (--from); peel flatten merges all',
    })
  }
  if (keep.by === 'nothing') return 0
  if (keep.by === 'layer') return findLayer(image, keep.from)
  const base = findImage(store, keep.name)
  if (standsOn(image, base)) return base.layers.length
  throw new Fault('image.base', `${name} does not stand on ${keep.name}`, {
    hint: 'peel history shows its layers; --from names the first one to merge',
  })
}

/** The place of a layer, counted from 0. */
function findLayer(image: Image, from: string): number {
  const number = /^\d{1,4}$/.test(from) ? Number(from) - 1 : -1
  if (image.layers[number] !== undefined) return number
  const hex = from.replace(/^sha256:/, '')
  const found = image.layers.flatMap((id, i) => (hex !== '' && id.slice(7).startsWith(hex) ? [i] : []))
  const [place] = found
  if (place !== undefined && found.length === 1) return place
  throw new Fault(
    'image.base',
    `${found.length === 0 ? 'no layer' : 'more than one layer'} is called ${from}`,
    {
      hint: `give a number from 1 (the bottom) to ${image.layers.length}, or a diff id of peel inspect`,
    },
  )
}
