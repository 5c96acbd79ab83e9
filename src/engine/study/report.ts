// The report of a study: what analysis found in the layers, with the image's own words about them, the secrets in those hidden.
import { type StudyFindings, secretHider } from '../../analyze/index.ts'
import { printPlatform } from '../../core/index.ts'
import { readParts } from '../../dockerfile/index.ts'
import type { StudyLayer, StudyReport } from '../api/index.ts'
import { advise } from './advice.ts'
import type { OpenedImage } from './opened.ts'

/** `base`: how many of the lowest layers came with the base image. */
export function makeReport(image: OpenedImage, findings: StudyFindings, base: number): StudyReport {
  const { effects, totals, classes, dive, items } = findings
  const history = historyOf(image)
  const layers = image.layers.map((layer, index): StudyLayer => {
    const made = history.find((entry) => entry.layer === index)
    return {
      index,
      diffId: layer.index.diffId,
      digest: layer.digest,
      mediaType: layer.mediaType,
      size: layer.index.contentSize,
      tarSize: layer.index.tarSize,
      compressedSize: layer.compressedSize,
      createdBy: made?.createdBy ?? '',
      created: made?.created,
      comment: made?.comment,
      place: made?.place,
      base: index < base,
      ...effects[index]!,
    }
  })
  return {
    image: {
      name: image.name,
      id: image.id,
      manifest: image.manifest,
      names: image.names,
      platform: printPlatform(image.config),
      created: image.config.created,
      dockerfile: image.dockerfile && withInstructions(image.dockerfile, secretHider(image.config)),
      baseLayers: base,
    },
    layers,
    history: history.map(({ createdBy, layer, place }) => ({ createdBy, layer, place })),
    totals,
    classes,
    dive,
    items: items.map((item) => ({ ...item, advice: advise(item, layers) })),
  }
}

function withInstructions(
  { file, text }: NonNullable<OpenedImage['dockerfile']>,
  hide: (text: string) => string,
): StudyReport['image']['dockerfile'] {
  const { instructions } = readParts(text, file)
  return {
    file,
    text: hide(text),
    instructions: instructions.map(({ place: { line, endLine } }) => ({ line, endLine })),
  }
}

interface Entry {
  readonly createdBy: string
  readonly created: string | undefined
  readonly comment: string | undefined
  readonly layer: number | undefined
  readonly place: StudyLayer['place']
}

/** Entries without `empty_layer` take the layers from the bottom, as in `docker history`; secrets in their commands are hidden. */
export function historyOf({ config, layers, places }: OpenedImage): readonly Entry[] {
  const hide = secretHider(config)
  let next = 0
  return (config.history ?? []).map((entry, i) => {
    const empty = entry.empty_layer === true || next >= layers.length
    return {
      createdBy: hide(entry.created_by ?? ''),
      created: entry.created,
      comment: entry.comment && hide(entry.comment),
      layer: empty ? undefined : next++,
      place: places[i],
    }
  })
}
