// An image of the store, held while it is read: another process may prune it at any time.
import { type DiffId, type Digest, Fault, type Platform } from '../core/index.ts'
import type { Image, Lease, Store } from '../store/index.ts'
import { findImage } from './names.ts'

/** Finds an image and keeps it from being pruned. Faults with `image.missing` or `blob.missing`. */
export function holdImage(store: Store, lease: Lease, name: string, platform?: Platform): Image {
  const image = findImage(store, name, platform)
  holdAll(lease, [image.digest, ...image.layers], { of: `image ${name}`, hint: 'load or pull it again' })
  return image
}

/** Keeps things from being pruned. Faults with `blob.missing` where one is gone already; `of` says what lacks it. */
export function holdAll(
  lease: Lease,
  items: readonly (Digest | DiffId)[],
  { of, hint }: { readonly of: string; readonly hint: string },
): void {
  const [missing] = lease.hold(items)
  if (missing !== undefined) throw new Fault('blob.missing', `${of} lacks the layer ${missing}`, { hint })
}
