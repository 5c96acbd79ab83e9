// The contents of cache mounts as an OCI artifact, one plain layer a mount, so that they go to other machines the way images do: as a layout
// directory or an archive of one.
import type { Writable } from 'node:stream'
import {
  blobOf,
  type Context,
  type Descriptor,
  type DiffId,
  Fault,
  mediaTypes,
  sha256,
} from '../../core/index.ts'
import { isIndex, parseManifest, printCanonical } from '../../image/index.ts'
import { blobName } from '../paths.ts'
import type { SaveFormat, Store } from '../types.ts'
import { type Body, json, layout, stored, writeBodies } from './bodies.ts'
import { layoutEntries, readDocument } from './images.ts'
import { storingLayers } from './load.ts'
import { openPieces } from './pieces.ts'

export interface PackedMount {
  readonly id: string
  readonly layer: DiffId
}

const artifactType = 'application/vnd.peel.cache-mounts.v1'
const idKey = 'peel.cache-mount.id'
const empty = Buffer.from('{}')

/** Writes packed mounts; the same contents give the same bytes. */
export async function saveMounts(
  store: Store,
  mounts: readonly PackedMount[],
  to: { readonly format: Exclude<SaveFormat, 'docker-archive'>; readonly output: string | Writable },
  ctx: Context,
): Promise<void> {
  const config = { mediaType: mediaTypes.ociEmpty, digest: sha256(empty), size: empty.length }
  const layers = mounts.map(({ id, layer }) => ({
    ...{ mediaType: mediaTypes.ociLayer, digest: blobOf(layer), size: store.layers.get(layer).size },
    annotations: { [idKey]: id },
  }))
  const manifest = printCanonical({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config,
    layers,
  })
  const descriptor: Descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: sha256(manifest),
    size: manifest.length,
    artifactType,
  }
  const bodies: Map<string, Body> = layout([descriptor])
  bodies.set(blobName(descriptor.digest), { bytes: manifest })
  bodies.set(blobName(config.digest), { bytes: json({}) })
  for (const { digest } of layers) bodies.set(blobName(digest), stored(store, digest))
  await writeBodies(bodies, to, ctx)
}

/** Stores the layers of what `saveMounts` wrote; a lease of the caller's must be open. Faults with `archive.invalid`. */
export async function loadMounts(
  store: Store,
  source: string | AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<readonly PackedMount[]> {
  using lease = store.lease()
  const pieces = await openPieces(source, storingLayers(store, lease, ctx), ctx)
  const entries = pieces.has('index.json') ? layoutEntries(pieces) : []
  const entry = entries.find((one) => one.artifactType === artifactType)
  const manifest = entry === undefined ? undefined : parseManifest(readDocument(pieces, entry, 'manifest'))
  if (manifest === undefined || isIndex(manifest))
    throw new Fault('archive.invalid', 'this holds no cache mounts', {
      hint: 'give what peel cache export wrote: a directory or an archive',
    })
  const mounts: PackedMount[] = []
  for (const { digest, size, annotations } of manifest.layers) {
    const id = annotations?.[idKey]
    if (id === undefined) throw new Fault('archive.invalid', `the cache mount in ${digest} has no id`)
    const { diffId } = await pieces.layer(blobName(digest), { digest, size, name: id })
    mounts.push({ id, layer: diffId })
  }
  return mounts
}
