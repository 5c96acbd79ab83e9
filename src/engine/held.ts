// An image of the store, held while it is read: another process may prune it at any time.
import { Fault, type Platform } from '../core/index.ts'
import type { Image, Lease, Store } from '../store/index.ts'
import { findImage } from './names.ts'

/** Finds an image and keeps it from being pruned. Faults with `image.missing` or `blob.missing`. */
export function holdImage(store: Store, lease: Lease, name: string, platform?: Platform): Image {
  const image = findImage(store, name, platform)
  const [missing] = lease.hold([image.digest, ...image.layers])
  if (missing === undefined) return image
  throw new Fault('blob.missing', `image ${name} lacks the layer ${missing}`, {
    hint: 'load or pull it again',
  })
}
