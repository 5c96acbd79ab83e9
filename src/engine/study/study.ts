// The engine's study: finds the image, has its layers analysed and puts the reading of files beside the tree.
import { createLayerTree, diveExport, studyStrata } from '../../analyze/index.ts'
import { type Context, hexOf } from '../../core/index.ts'
import { createStrata } from '../../layer/index.ts'
import type { Study, StudyOptions, StudyReport, StudySource } from '../api/index.ts'
import type { Rooms } from '../workshop.ts'
import { baseLayers } from './base.ts'
import { judgeStudy } from './judge.ts'
import type { OpenedLayer } from './opened.ts'
import { readableTree } from './readable.ts'
import { makeReport } from './report.ts'
import { openSource } from './source.ts'

export async function studyImage(
  source: StudySource,
  options: StudyOptions,
  { rooms, ctx }: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<Study> {
  using opened = new DisposableStack()
  const image = opened.use(await openSource(source, options, { rooms, ctx }))
  const base = await baseLayers(image, options, { rooms, ctx })
  const strata = createStrata(image.layers.map(({ index }) => index))
  const findings = studyStrata(strata)
  const report = makeReport(image, findings, base)
  const kept = opened.move()
  return {
    report,
    tree: readableTree(createLayerTree(strata, findings.hidden), strata, () => image),
    judge: (wanted) => judgeStudy({ strata, findings, report }, wanted),
    secrets: async (wanted, inner) =>
      (await import('../exposed/secrets.ts')).secretsOf({ image, strata, baseCount: base }, wanted, {
        rooms,
        ctx: inner,
      }),
    diveDocument: () => diveExport(strata, findings.dive, image.layers.map(diveWords(report))),
    [Symbol.dispose]: () => kept.dispose(),
  }
}

/** dive calls a layer by the first part of its tar's name, and drops the shell of a RUN from its command. */
function diveWords({
  layers,
}: StudyReport): (layer: OpenedLayer, i: number) => { id: string; command: string } {
  return ({ tarName, index }, i) => ({
    id: tarName?.split('/')[0] ?? hexOf(index.diffId),
    command: layers[i]!.createdBy.replace(/^\/bin\/sh -c /, '') || '(missing)',
  })
}
