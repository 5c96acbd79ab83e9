// A Dockerfile's text planned without a store: every image is a given one. For tables that say what instructions mean.
import { hostPlatform, sha256 } from '../../src/core/index.ts'
import { parseDockerfile } from '../../src/dockerfile/index.ts'
import { type BaseImage, type ImageFacts, type Plan, planBuild, type Step } from '../../src/plan/index.ts'

export interface PlannedText {
  readonly plan: Plan
  /** Of the target stage. */
  readonly steps: readonly Step[]
  readonly config: NonNullable<ImageFacts['config']>
  /** The image that the target stage stands on, as the Dockerfile names it after expansion; `scratch` for none. */
  readonly from: string
  readonly shell: readonly string[]
}

export interface PlanTextOptions {
  readonly buildArgs?: Readonly<Record<string, string>>
  /** The container configuration of every base image. */
  readonly base?: Readonly<Record<string, unknown>> | undefined
  readonly target?: string | undefined
}

/** Plans the text; faults as a build would. */
export async function planText(text: string, options: PlanTextOptions = {}): Promise<PlannedText> {
  const plan = await planBuild(parseDockerfile(text, { file: 'Dockerfile' }), {
    buildArgs: new Map(Object.entries(options.buildArgs ?? {})),
    target: options.target,
    platform: hostPlatform(),
    findImage: async (name): Promise<BaseImage> => ({
      name,
      manifest: sha256(name),
      layers: [],
      config: {
        architecture: hostPlatform().architecture,
        os: 'linux',
        config: options.base ?? {},
        rootfs: { type: 'layers', diff_ids: [] },
      },
    }),
  })
  const stage = plan.stages.find(({ index }) => index === plan.target)
  if (stage === undefined) throw new Error('the target is not in the plan')
  const config = stage.image.config ?? {}
  const { base } = stage
  return {
    plan,
    steps: stage.steps,
    config,
    from: base.kind === 'image' ? base.image.name : base.kind,
    shell: config.Shell ?? ['/bin/sh', '-c'],
  }
}
