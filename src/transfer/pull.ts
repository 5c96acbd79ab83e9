// An image from a registry into the store: its documents, the layers that are not here yet, then its name. A lease keeps what has come
// until the name is set; what broke off goes on at the next pull.
import {
  asFault,
  type Context,
  type Descriptor,
  type DiffId,
  Fault,
  hostPlatform,
  openLimit,
  type Platform,
  printFamiliar,
  printName,
  type Reference,
  type TaskId,
} from '../core/index.ts'
import { layerType } from '../image/index.ts'
import type { Registry, RemoteImage } from '../registry/index.ts'
import type { Image, Lease, Store } from '../store/index.ts'
import { allOrNone, beginLayer, counted } from './tasks.ts'

export interface PullOptions {
  /** Default: this machine's, or else the only one that there is. */
  readonly platform?: Platform | undefined
  /** Layers that come at once; default 3, as docker has it. */
  readonly parallel?: number | undefined
  /** The task that this is a part of. */
  readonly parent?: TaskId | undefined
  /** Keeps the image in place of a name, which it is not given then. */
  readonly lease?: Lease | undefined
}

export interface PulledImage {
  readonly image: Image
  /** What the name points to in the registry: the image, or an index that has it. */
  readonly descriptor: Descriptor
  /** `same`: it was here already under this name. */
  readonly outcome: 'new' | 'same'
}

const usualParallel = 3

/**
 * Pulls what `reference` (with a tag or a digest) names and gives it that name here, as docker does with digests too. Faults: those of the registry, `image.platform`,
 * `blob.corrupt` and others where the bytes are not what the manifest says; then nothing of them is kept.
 */
export async function pullImage(
  { store, registry }: { readonly store: Store; readonly registry: Registry },
  reference: Reference,
  options: PullOptions,
  ctx: Context,
): Promise<PulledImage> {
  using own = store.lease()
  const lease = options.lease ?? own
  const naming = { store, reference, named: options.lease === undefined }
  const found = await registry.find(reference, ctx)
  const here = found === undefined ? undefined : storedImage(store, lease, found, options.platform)
  if (found !== undefined && here !== undefined)
    return nameIt(naming, { image: here, descriptor: found, came: false })
  const remote = await registry.image(reference, { platform: options.platform }, ctx)
  const layers = pairLayers(remote)
  const limit = openLimit(options.parallel ?? usualParallel)
  await allOrNone(
    layers,
    (layer, inner) => pullLayer({ store, registry, lease, limit }, { remote, layer, options }, inner),
    ctx,
  )
  const { configBytes: config, manifestBytes, descriptor, index } = remote
  const image = store.images.add({
    config,
    manifest: { bytes: manifestBytes, mediaType: descriptor.mediaType },
    index: index && { bytes: index.bytes, mediaType: index.descriptor.mediaType },
  })
  lease.hold([image.digest])
  return nameIt(naming, { image, descriptor: index?.descriptor ?? descriptor, came: true })
}

/** The image that a name in the registry points to, if all of it is here. */
function storedImage(
  store: Store,
  lease: Lease,
  { digest }: Descriptor,
  platform: Platform | undefined,
): Image | undefined {
  if (!store.blobs.has(digest)) return undefined
  const image = findOrMissing(store, digest, platform)
  if (image === undefined) return undefined
  const needed = [
    image.digest,
    image.configDigest,
    ...image.layers,
    ...image.manifest.layers.map((l) => l.digest),
  ]
  return lease.hold(needed).length === 0 ? image : undefined
}

/** What the index offers for this platform decides, not what happens to be here. */
function findOrMissing(
  store: Store,
  digest: Descriptor['digest'],
  platform: Platform | undefined,
): Image | undefined {
  try {
    return store.images.find(digest, platform ?? hostPlatform())
  } catch (thrown) {
    if (asFault(thrown).code === 'image.platform') return undefined
    throw thrown
  }
}

function nameIt(
  {
    store,
    reference,
    named,
  }: { readonly store: Store; readonly reference: Reference; readonly named: boolean },
  {
    image,
    descriptor,
    came,
  }: { readonly image: Image; readonly descriptor: Descriptor; readonly came: boolean },
): PulledImage {
  const repository = printName(reference)
  store.places.publish(image.digest, repository, descriptor.digest)
  store.places.add(repository, [image.configDigest, ...image.manifest.layers.map((layer) => layer.digest)])
  if (!named) return { image, descriptor, outcome: came ? 'new' : 'same' }
  const { domain, path, tag, digest } = reference
  const name = printFamiliar(digest === undefined ? { domain, path, tag } : { domain, path, digest })
  const before = store.refs.find(name)
  store.refs.set(name, descriptor)
  return { image, descriptor, outcome: !came && before?.digest === descriptor.digest ? 'same' : 'new' }
}

interface PairedLayer {
  readonly descriptor: Descriptor
  readonly diffId: DiffId
  /** `layer 3 of 5`. */
  readonly name: string
}

/** Each blob once, with the layer it must hold. */
function pairLayers({ manifest, config, reference }: RemoteImage): readonly PairedLayer[] {
  const ids = config.rootfs.diff_ids
  const bad = (why: string): Fault =>
    new Fault('manifest.invalid', `${printFamiliar(reference)} is no image: ${why}`)
  if (ids.length !== manifest.layers.length)
    throw bad(`its manifest has ${manifest.layers.length} layers, its config ${ids.length}`)
  const unique = new Map<string, PairedLayer>()
  for (const [i, descriptor] of manifest.layers.entries()) {
    const type = layerType(descriptor.mediaType)
    if (type === undefined)
      throw bad(`its layer ${i + 1} has the media type ${descriptor.mediaType}, which is that of no layer`)
    if (type.packing === undefined)
      throw bad(
        `its layer ${i + 1} has the media type ${descriptor.mediaType}; layers are packed with gzip or zstd`,
      )
    if (!descriptor.digest.startsWith('sha256:'))
      throw bad(`its layer ${i + 1} has the digest ${descriptor.digest}; layers are kept by sha256 alone`)
    const name = `layer ${i + 1} of ${ids.length}`
    if (!unique.has(descriptor.digest)) unique.set(descriptor.digest, { descriptor, diffId: ids[i]!, name })
  }
  return [...unique.values()]
}

interface Hands {
  readonly store: Store
  readonly registry: Registry
  readonly lease: Lease
  readonly limit: ReturnType<typeof openLimit>
}

async function pullLayer(
  { store, registry, lease, limit }: Hands,
  job: { readonly remote: RemoteImage; readonly layer: PairedLayer; readonly options: PullOptions },
  ctx: Context,
): Promise<void> {
  const { remote, layer, options } = job
  const { descriptor, diffId, name } = layer
  const prefix = `${remote.descriptor.digest} `
  const task = beginLayer(descriptor.digest, { prefix, parent: options.parent }, ctx)
  const held = lease.hold([descriptor.digest, diffId]).length === 0
  if (held && store.layers.ofBlob(descriptor.digest) === diffId) return task.end('reused', 'Already exists')
  task.enter('Pulling fs layer')
  try {
    await limit(async () => {
      ctx.signal.throwIfAborted()
      task.enter('Downloading')
      const open = (from: number) =>
        counted(registry.blob(remote.reference, descriptor, { from, verify: false }, ctx), {
          task,
          from,
          size: descriptor.size,
        })
      await store.layers.receive({ descriptor, diffId, name, open }, ctx)
    })
    task.end('done', 'Pull complete')
  } catch (thrown) {
    task.fail(thrown)
    throw thrown
  }
}
