// Which of an image's layers came with the image it was built on.
import { type DiffId, Fault } from '../../core/index.ts'
import type { StudyOptions } from '../api/index.ts'
import { findBase, standsOn } from '../base.ts'
import type { OpenedImage } from './opened.ts'
import { openSource, type SourceTools } from './source.ts'

/**
 * How many of the lowest layers are the base's: of the image that `options.base` names, else as `findBase` finds it. Faults with
 * `usage.invalid` where `options.base` is not below.
 */
export async function baseLayers(
  image: OpenedImage,
  options: StudyOptions,
  tools: SourceTools,
): Promise<number> {
  const { annotations, places, config } = image
  const layers = diffIdsOf(image)
  if (options.base === undefined)
    return findBase({ layers, annotations, history: config.history ?? [], places }, (digest) =>
      tools.rooms.store.images.find(digest),
    ).layers.length
  using base = await openSource(options.base, options, tools)
  const below = diffIdsOf(base)
  if (standsOn({ layers }, { layers: below })) return below.length
  throw new Fault('usage.invalid', `${options.base} is not what ${image.name} was built on`, {
    hint: `its ${below.length} layers are not the lowest ones of ${image.name}`,
  })
}

function diffIdsOf({ layers }: OpenedImage): readonly DiffId[] {
  return layers.map(({ index }) => index.diffId)
}
