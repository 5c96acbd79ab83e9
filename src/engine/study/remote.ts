// An image in a registry, looked at while its layers stream by. Layers that the store has are not fetched.
import { openSync } from 'node:fs'
import {
  type Context,
  type DiffId,
  Fault,
  type Platform,
  parseFetchReference,
  printFamiliar,
} from '../../core/index.ts'
import { type SurveyedLayer, surveyLayer } from '../../store/index.ts'
import type { Rooms } from '../workshop.ts'
import type { OpenedImage } from './opened.ts'
import { openStored } from './stored.ts'
import { openSurveyed } from './surveyed.ts'

export async function openRemote(
  name: string,
  platform: Platform | undefined,
  { rooms, ctx }: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<OpenedImage> {
  const registry = await rooms.registry()
  const image = await registry.image(parseFetchReference(name), { platform }, ctx)
  const { reference, manifest, manifestBytes, configBytes, config, descriptor } = image
  if (rooms.store.images.find(descriptor.digest) !== undefined)
    return { ...openStored(rooms.store, descriptor.digest), name }
  using stack = new DisposableStack()
  const lease = stack.use(rooms.store.lease())
  const layers: SurveyedLayer[] = []
  for (const blob of manifest.layers) {
    const again = (): AsyncIterable<Uint8Array> => registry.blob(reference, blob, {}, ctx)
    const here = rooms.store.layers.ofBlob(blob.digest)
    const known = here === undefined || lease.hold([here]).length > 0 ? undefined : here
    layers.push(
      known === undefined
        ? await surveyLayer({ name: blob.digest, size: blob.size, stream: again() }, again, ctx)
        : {
            diffId: known,
            index: rooms.store.index(known),
            descriptor: blob,
            name: blob.digest,
            open: async () => ({ fd: openSync(rooms.store.tarPath(known), 'r'), at: 0 }),
          },
    )
  }
  checkLayers(layers, config.rootfs.diff_ids)
  const found = {
    config: configBytes,
    manifest: { bytes: manifestBytes, mediaType: descriptor.mediaType },
    layers,
    names: [printFamiliar(parseFetchReference(name))],
  }
  const opened = stack.use(openSurveyed(found, name, ctx))
  const kept = stack.move()
  return { ...opened, [Symbol.dispose]: () => kept.dispose() }
}

/** What the config promises is what came. */
function checkLayers(layers: readonly SurveyedLayer[], promised: readonly DiffId[]): void {
  const wrong = layers.findIndex(({ diffId }, i) => promised[i] !== diffId)
  if (wrong >= 0)
    throw new Fault(
      'blob.corrupt',
      `layer ${wrong + 1} has the diff id ${layers[wrong]!.diffId}, ${promised[wrong]} was promised`,
    )
  if (layers.length !== promised.length)
    throw new Fault(
      'manifest.invalid',
      `the manifest has ${layers.length} layers, its config ${promised.length}`,
    )
}
