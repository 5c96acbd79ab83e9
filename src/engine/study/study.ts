// The engine's study: finds the image, has its layers analysed and puts the reading of files beside the tree.
import { createLayerTree, type LayerTree, studyStrata } from '../../analyze/index.ts'
import { type Context, Fault, parsePlatform } from '../../core/index.ts'
import { cellFile, cellOf, createStrata, nodePath, type Strata } from '../../layer/index.ts'
import type { Study, StudyOptions, StudySource, StudyTree } from '../api/index.ts'
import type { Rooms } from '../workshop.ts'
import type { OpenedImage } from './opened.ts'
import { makeReport } from './report.ts'
import { openStored } from './stored.ts'

export async function studyImage(
  source: StudySource,
  options: StudyOptions,
  { rooms, ctx }: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<Study> {
  ctx.signal.throwIfAborted()
  const image = await openSource(source, options, rooms)
  const strata = createStrata(image.layers.map(({ index }) => index))
  const findings = studyStrata(strata)
  return {
    report: makeReport(image, findings),
    tree: readableTree(createLayerTree(strata, findings.hidden), strata, image),
    [Symbol.dispose]: () => image[Symbol.dispose](),
  }
}

async function openSource(source: StudySource, options: StudyOptions, rooms: Rooms): Promise<OpenedImage> {
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  if (typeof source === 'string') return openStored(rooms.store, source, platform)
  if (source.from === 'store') return openStored(rooms.store, source.name, platform)
  throw new Fault('usage.invalid', `images from ${source.from} cannot be studied yet`)
}

function readableTree(tree: LayerTree, strata: Strata, image: OpenedImage): StudyTree {
  return {
    ...tree,
    async read(id, { layer, limit }) {
      const cell = cellOf(strata, id, layer)
      const file = cell < 0 ? undefined : cellFile(strata, cell)
      if (file === undefined)
        throw new Fault('path.invalid', `layer ${layer} has no file ${nodePath(strata, id)}`)
      return image.read(file, limit)
    },
    extract: async (ids, options, ctx) =>
      (await import('./extract.ts')).extractNodes({ strata, image }, { ids, ...options }, ctx),
  }
}
