// A tree with the reading of files beside it.
import type { LayerTree } from '../../analyze/index.ts'
import { Fault } from '../../core/index.ts'
import { cellFile, cellOf, nodePath, type Strata } from '../../layer/index.ts'
import type { StudyTree } from '../api/index.ts'
import type { OpenedImage } from './opened.ts'

/** `imageOf` says whose a layer of the strata is. */
export function readableTree(
  tree: LayerTree,
  strata: Strata,
  imageOf: (layer: number) => OpenedImage,
): StudyTree {
  return {
    ...tree,
    async read(id, { layer, limit }) {
      const cell = cellOf(strata, id, layer)
      const file = cell < 0 ? undefined : cellFile(strata, cell)
      if (file === undefined)
        throw new Fault('path.invalid', `layer ${layer} has no file ${nodePath(strata, id)}`)
      return imageOf(layer).read(file, limit)
    },
    extract: async (ids, options, ctx) =>
      (await import('./extract.ts')).extractNodes({ strata, imageOf }, { ids, ...options }, ctx),
  }
}
