// One text of a Dockerfile, built and looked at: what its image weighs, and what there is to mend in it.
import { checkDockerfile, type FixFindings, type FoundWaste, type NewSecret } from '../../analyze/index.ts'
import type { Context, Digest } from '../../core/index.ts'
import { parseDockerfile } from '../../dockerfile/index.ts'
import { findTarget } from '../../plan/index.ts'
import type { BuildOptions, FixMeasure, SecretSource, StudyReport } from '../api/index.ts'
import { buildImage } from '../build.ts'
import { studyImage } from '../study/study.ts'
import type { Rooms } from '../workshop.ts'
import { rebuildTime, type StepTimes } from './rebuild-time.ts'

export interface Trial {
  readonly text: string
  readonly image: Digest
  readonly measure: FixMeasure
  readonly findings: FixFindings
}

/** What all trials have in common. */
export interface TrialTools {
  readonly rooms: Rooms
  readonly options: BuildOptions
  readonly name: string
  readonly context: FixFindings['context']
  /** What the secrets of proposals stand for. */
  readonly secretSource: (secret: NewSecret) => SecretSource
  readonly times: StepTimes
}

/** Faults as a build does. */
export async function buildTrial(
  text: string,
  secrets: readonly NewSecret[],
  { tools, ctx }: { readonly tools: TrialTools; readonly ctx: Context },
): Promise<Trial> {
  const { rooms, options, name, times } = tools
  const silenced: Context = { signal: ctx.signal, emit: () => {} }
  const { id, steps, warnings } = await buildImage(
    withText(tools, text, secrets.map(tools.secretSource)),
    { rooms, kind: 'trial' },
    silenced,
  )
  times.note(steps)
  using study = await studyImage(id, {}, { rooms, ctx: silenced })
  const { report } = study
  const file = parseDockerfile(text, { file: name })
  const target = findTarget(file, options.target)
  const checked = await checkDockerfile(file, {
    own: 'all',
    stages: 'needed',
    target: options.target,
    buildArgs: new Map(),
    findBase: async () => undefined,
  })
  return {
    text,
    image: id,
    measure: {
      image: id,
      bytes: report.totals.shippedBytes,
      layers: report.layers.length,
      rebuildMilliseconds: rebuildTime(file, { target, steps, times, context: tools.context }),
    },
    findings: {
      file,
      target,
      waste: wasteOf(report),
      warnings: checked.warnings,
      keyLines: warnings.flatMap(({ code, place }) =>
        code === 'PrivateKeyCopied' && place !== undefined ? [place.line] : [],
      ),
      context: tools.context,
    },
  }
}

/** The build of another text in place of the Dockerfile, whose ignore file goes on to hold. */
export function withText(
  { options, name }: Pick<TrialTools, 'options' | 'name'>,
  text: string,
  secrets: readonly SecretSource[] = [],
): BuildOptions {
  const path = options.dockerfile?.kind === 'path' ? options.dockerfile.path : undefined
  return {
    ...options,
    dockerfile: { kind: 'text', text, name, replaces: { path } },
    secrets: [...(options.secrets ?? []), ...secrets],
    tags: [],
  }
}

function wasteOf({ items, layers }: StudyReport): readonly FoundWaste[] {
  const lineOf = (index: number | undefined): number | undefined =>
    index === undefined ? undefined : layers[index]?.place?.line
  return items.map(({ class: kind, path, bytes, cache, broughtBy, hiddenBy }) => ({
    class: kind,
    path,
    bytes,
    cache,
    broughtBy: layers[broughtBy]?.base === true ? undefined : lineOf(broughtBy),
    hiddenBy: lineOf(hiddenBy),
  }))
}
