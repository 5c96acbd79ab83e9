// A cache as an artifact: layers, each in one compressed form that is made once, then the list of steps. A layer that is known from
// another cache and never came here goes from there straight to where this one is written.
import { cacheTypes, printCache, type StepToPrint } from '../../cache/index.ts'
import {
  type Context,
  type Descriptor,
  type DiffId,
  type Digest,
  mediaTypes,
  openLimit,
  printName,
  sha256,
} from '../../core/index.ts'
import { printCanonical } from '../../image/index.ts'
import type { Store } from '../../store/index.ts'
import {
  allOrNone,
  type BlobOrigin,
  beginLayer,
  formOf,
  ociForm,
  type Shelf,
  storeOrigin,
  type WantedForm,
} from '../../transfer/index.ts'
import type { Caches } from './caches.ts'

/** A cache that a build is to fill. */
export interface CacheTarget {
  /** As the user wrote it. */
  readonly name: string
  readonly shelf: Shelf
  /** `min`: of the layers only those that are in the image. */
  readonly mode: 'min' | 'max'
  readonly form: Pick<WantedForm, 'compression' | 'level'>
  /** Whether a cache that cannot be filled is a warning instead of a fault. */
  readonly ignoreError: boolean
}

export interface ExportHands {
  readonly store: Store
  readonly caches: Caches
}

/** As many as a push sends at once. */
const parallel = 5

/** Layers first, the manifest last: nobody sees a cache that lists what is not there. */
export async function writeArtifact(
  { name, shelf, form }: CacheTarget,
  { steps, wanted }: { readonly steps: readonly StepToPrint[]; readonly wanted: (id: DiffId) => boolean },
  hands: ExportHands,
  ctx: Context,
): Promise<void> {
  const { store, caches } = hands
  const ids = steps.map(({ layer }) => layer.diffId)
  const toBeHad = ids.filter((id) => wanted(id) && (store.layers.has(id) || caches.layer(id) !== undefined))
  const { document, recipes, stored } = printCache(steps, new Set(toBeHad))
  const limit = openLimit(parallel)
  const blobs = await allOrNone(
    stored,
    (id, inner) => limit(() => sendLayer(id, { name, shelf, form, hands }, inner)),
    ctx,
  )
  const config = await sendBytes(shelf, document, cacheTypes.config, ctx)
  const more = recipes.length === 0 ? [] : [await sendBytes(shelf, recipes, cacheTypes.recipes, ctx)]
  const manifest = {
    schemaVersion: 2 as const,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [...blobs, ...more],
  }
  const bytes = printCanonical(manifest)
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: sha256(bytes), size: bytes.length }
  await shelf.putManifest({ bytes, descriptor, document: manifest }, true, ctx)
  if (shelf.repository !== undefined)
    store.places.add(
      printName(shelf.repository),
      blobs.map(({ digest }) => digest),
    )
}

interface Sending {
  readonly name: string
  readonly shelf: Shelf
  readonly form: CacheTarget['form']
  readonly hands: ExportHands
}

async function sendLayer(
  id: DiffId,
  { name, shelf, form, hands: { store, caches } }: Sending,
  ctx: Context,
): Promise<Descriptor> {
  const task = beginLayer(id, { prefix: `export ${name} ` }, ctx)
  try {
    const away = store.layers.has(id) ? undefined : caches.layer(id)
    if (away === undefined) task.enter('Preparing')
    const found = away?.descriptor ?? (await formOf(store, id, form, ctx))
    const descriptor = ociForm(found)
    const from = away?.from ?? storeOrigin(store, descriptor.digest, shelf.repository)
    const onSent = (bytes: number): void => task.move(bytes, descriptor.size)
    task.end(...lastWords(await send(shelf, descriptor, { from, onSent }, ctx)))
    return descriptor
  } catch (thrown) {
    task.fail(thrown)
    throw thrown
  }
}

function lastWords(sent: 'there' | 'mounted' | 'sent'): ['done' | 'reused', string] {
  if (sent === 'there') return ['reused', 'Layer already exists']
  return sent === 'mounted' ? ['reused', 'Mounted'] : ['done', 'Pushed']
}

async function send(
  shelf: Shelf,
  descriptor: Descriptor,
  { from, onSent }: { readonly from: BlobOrigin; readonly onSent: (bytes: number) => void },
  ctx: Context,
): Promise<'there' | 'mounted' | 'sent'> {
  if (await shelf.has(descriptor.digest, ctx)) return 'there'
  return shelf.take(descriptor, from, onSent, ctx)
}

async function sendBytes(
  shelf: Shelf,
  bytes: Uint8Array,
  mediaType: string,
  ctx: Context,
): Promise<Descriptor> {
  const digest: Digest = sha256(bytes)
  const descriptor = { mediaType, digest, size: bytes.length }
  const from: BlobOrigin = {
    repository: undefined,
    async *read(_, at) {
      yield bytes.subarray(at)
    },
  }
  await send(shelf, descriptor, { from, onSent: () => {} }, ctx)
  return descriptor
}
