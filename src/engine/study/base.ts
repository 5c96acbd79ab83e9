// Which of an image's layers came with the image it was built on.
import { type DiffId, type Digest, Fault } from '../../core/index.ts'
import type { StudyOptions } from '../api/index.ts'
import { baseDigestKey } from '../base.ts'
import type { OpenedImage } from './opened.ts'
import { openSource, type SourceTools } from './source.ts'

/**
 * How many of the lowest layers are the base's: of the image that `options.base` names; else of the one that the annotation names, if
 * the store has it; else those below the first line of the Dockerfile. Faults with `usage.invalid` where `options.base` is not below.
 */
export async function baseLayers(
  image: OpenedImage,
  options: StudyOptions,
  tools: SourceTools,
): Promise<number> {
  if (options.base !== undefined) {
    using base = await openSource(options.base, options, tools)
    const ids = base.layers.map(({ index }) => index.diffId)
    if (isBelow(image, ids)) return ids.length
    throw new Fault('usage.invalid', `${options.base} is not what ${image.name} was built on`, {
      hint: `its ${ids.length} layers are not the lowest ones of ${image.name}`,
    })
  }
  const digest = image.annotations[baseDigestKey]
  const named = digest === undefined ? undefined : tools.rooms.store.images.find(digest as Digest)
  if (named !== undefined && isBelow(image, named.layers)) return named.layers.length
  const own = image.places.findIndex((place) => place !== undefined)
  const below = own < 0 ? [] : (image.config.history ?? []).slice(0, own)
  return below.filter((entry) => entry.empty_layer !== true).length
}

function isBelow({ layers }: OpenedImage, ids: readonly DiffId[]): boolean {
  return ids.length <= layers.length && ids.every((id, i) => layers[i]!.index.diffId === id)
}
