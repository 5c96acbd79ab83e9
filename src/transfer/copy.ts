// An image, or an index with all its images, from one shelf to another, blob by blob: what is there already stays, what the same
// registry has elsewhere is mounted, nothing is unpacked or stored here. Manifests come after what they name.
import { type Context, type Descriptor, openLimit, type Platform } from '../core/index.ts'
import { isIndex, selectPlatform } from '../image/index.ts'
import type { RemoteManifest } from '../registry/index.ts'
import type { Shelf } from './shelf.ts'
import { allOrNone, beginLayer } from './tasks.ts'

export interface CopyOptions {
  /** Only the image for this platform; default: all there are. */
  readonly platform?: Platform | undefined
  /** Blobs under way at once; default 5. */
  readonly parallel?: number | undefined
}

const usualParallel = 5

/** Returns what the target's name points to now. */
export async function copyImage(
  from: Shelf,
  to: Shelf,
  { platform, parallel = usualParallel }: CopyOptions,
  ctx: Context,
): Promise<Descriptor> {
  let root = await from.manifest(undefined, ctx)
  while (platform !== undefined && isIndex(root.document))
    root = await from.manifest(selectPlatform(root.document, platform).digest, ctx)
  const limit = openLimit(parallel)
  const copied = new Map<string, Promise<void>>()
  const blob = (descriptor: Descriptor, inner: Context): Promise<void> => {
    const known = copied.get(descriptor.digest) ?? limit(() => copyBlob(from, to, descriptor, inner))
    copied.set(descriptor.digest, known)
    return known
  }
  const whole = async (manifest: RemoteManifest, named: boolean, inner: Context): Promise<void> => {
    const { document } = manifest
    if (isIndex(document))
      for (const child of document.manifests)
        await whole(await from.manifest(child.digest, inner), false, inner)
    else await allOrNone([...document.layers, document.config], blob, inner)
    await to.putManifest(manifest, named, inner)
  }
  await whole(root, true, ctx)
  return root.descriptor
}

async function copyBlob(from: Shelf, to: Shelf, descriptor: Descriptor, ctx: Context): Promise<void> {
  const task = beginLayer(descriptor.digest, { prefix: 'copy ' }, ctx)
  try {
    if (await to.has(descriptor.digest, ctx)) return task.end('reused', 'Already exists')
    task.enter('Copying')
    const done = await to.take(descriptor, from, (bytes) => task.move(bytes, descriptor.size), ctx)
    task.end('done', done === 'mounted' ? `Mounted from ${from.repository?.path}` : 'Copied')
  } catch (thrown) {
    task.fail(thrown)
    throw thrown
  }
}
