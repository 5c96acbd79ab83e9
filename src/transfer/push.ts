// An image from the store into a registry. Layers that are plain here are compressed on the way, once: the result is kept, so that the
// same image pushed again, or another one that shares layers, compresses and sends nothing twice.
import {
  blobOf,
  type Context,
  type Descriptor,
  type DiffId,
  mediaTypes,
  openLimit,
  printName,
  type Reference,
  sha256,
  type TaskId,
} from '../core/index.ts'
import { printCanonical } from '../image/index.ts'
import type { Image, Lease } from '../store/index.ts'
import { formOf, ociForm } from './form.ts'
import { type Sent, sendBlob, type Target } from './send.ts'
import { allOrNone, beginLayer, type LayerTask } from './tasks.ts'

/** Without a kind, layers go in the form that they came in, and others as gzip. */
export interface PushOptions {
  readonly compression?: 'gzip' | 'zstd' | 'none' | undefined
  readonly level?: number | undefined
  /** Layers under way at once; default 5, as docker has it. */
  readonly parallel?: number | undefined
  readonly parent?: TaskId | undefined
}

export interface PushedImage {
  /** Of the manifest that is now there. */
  readonly descriptor: Descriptor
}

const usualParallel = 5

/**
 * Pushes an image under the tags of `references`, all of one repository; without a tag, under its digest alone. Manifests come last, so
 * nobody ever sees one whose blobs are not there.
 */
export async function pushImage(
  hands: Omit<Target, 'to'> & { readonly lease: Lease },
  pushed: { readonly image: Image; readonly references: readonly Reference[] },
  options: PushOptions,
  ctx: Context,
): Promise<PushedImage> {
  const { image, references } = pushed
  const target: Target = { ...hands, to: references[0]! }
  const { store, registry, lease } = hands
  const named = image.manifest.layers.map(({ digest }) => digest)
  lease.hold([image.digest, image.configDigest, ...image.layers, ...named])
  const asIs = keepsForm(image, target, options)
  const limit = openLimit(options.parallel ?? usualParallel)
  const unique = new Map(image.layers.map((id, i) => [id, asIs ? image.manifest.layers[i] : undefined]))
  const forms = new Map<DiffId, Descriptor>()
  await allOrNone(
    [...unique],
    async ([id, form], inner) => {
      const task = beginLayer(id, { prefix: `${image.digest} `, parent: options.parent }, inner)
      task.enter('Preparing')
      forms.set(id, await limit(() => pushLayer({ target, task, options }, { id, form }, inner)))
    },
    ctx,
  )
  await sendBlob(target, { digest: image.configDigest, size: image.configBytes.length }, () => {}, ctx)
  const manifest = asIs
    ? { bytes: image.manifestBytes, mediaType: image.descriptor.mediaType }
    : packedManifest(image, (id) => forms.get(id)!)
  const digest = sha256(manifest.bytes)
  await allOrNone(
    references,
    (reference, inner) =>
      registry.putManifest(
        reference.tag === undefined ? { ...reference, digest } : reference,
        manifest,
        inner,
      ),
    ctx,
  )
  store.places.publish(image.digest, printName(target.to), digest)
  return { descriptor: { mediaType: manifest.mediaType, digest, size: manifest.bytes.length } }
}

/** Whether the image's own manifest can be pushed: its blobs are here and compressed as wanted. */
function keepsForm(
  { manifest, layers }: Image,
  { store }: Target,
  { compression, level }: PushOptions,
): boolean {
  if (level !== undefined || !manifest.layers.every(({ digest }) => store.blobs.has(digest))) return false
  const plain = manifest.layers.some(({ digest }, i) => digest === blobOf(layers[i]!))
  if (compression === undefined) return !plain || layers.length === 0
  if (compression === 'none') return manifest.layers.every(({ digest }, i) => digest === blobOf(layers[i]!))
  return manifest.layers.every(({ mediaType }) => mediaType.endsWith(compression))
}

interface LayerJob {
  readonly target: Target
  readonly task: LayerTask
  readonly options: PushOptions
}

async function pushLayer(
  { target, task, options }: LayerJob,
  { id, form }: { readonly id: DiffId; readonly form: Descriptor | undefined },
  ctx: Context,
): Promise<Descriptor> {
  try {
    ctx.signal.throwIfAborted()
    const descriptor = form ?? (await packed({ target, task, options }, id, ctx))
    let began = false
    const onSent = (bytes: number) => {
      if (!began) task.enter('Pushing')
      began = true
      task.move(bytes, descriptor.size)
    }
    task.end(...lastWords(await sendBlob(target, descriptor, onSent, ctx)))
    return descriptor
  } catch (thrown) {
    task.fail(thrown)
    throw thrown
  }
}

function lastWords(sent: Sent): ['done' | 'reused', string] {
  switch (sent.kind) {
    case 'there':
      return ['reused', 'Layer already exists']
    case 'mounted':
      return ['reused', `Mounted from ${sent.from}`]
    case 'sent':
      return ['done', 'Pushed']
  }
}

/** A layer in the form that is wanted, with its compression as a phase of the task. */
function packed({ target, task, options }: LayerJob, id: DiffId, ctx: Context): Promise<Descriptor> {
  const { size } = target.store.layers.get(id)
  let began = false
  const onRead = (bytes: number) => {
    if (!began) task.enter('Compressing')
    began = true
    task.move(bytes, size)
  }
  return formOf(target.store, id, { ...options, onRead }, ctx)
}

/** An OCI manifest for layers in these forms: the same forms always give the same bytes. */
function packedManifest(
  image: Image,
  layerOf: (id: DiffId) => Descriptor,
): { readonly bytes: Uint8Array; readonly mediaType: string } {
  const { annotations } = image.manifest
  const bytes = printCanonical({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: image.configDigest, size: image.configBytes.length },
    layers: image.layers.map((id) => ociForm(layerOf(id))),
    annotations,
  })
  return { bytes, mediaType: mediaTypes.ociManifest }
}
