// From a Dockerfile to a plan: which stages the target needs, and each of them worked out down to its steps.
import {
  asFault,
  Fault,
  type FaultDetails,
  hostPlatform,
  type Place,
  type Platform,
  placed,
} from '../core/index.ts'
import {
  type Dockerfile,
  didYouMean,
  expandInstruction,
  type Instruction,
  parseTrigger,
  placeOfWord,
  type Stage,
} from '../dockerfile/index.ts'
import { type BuildArguments, globalArguments, isPredefined, platformArguments } from './arguments.ts'
import { checkCircles } from './circle.ts'
import { fetchedBy, type ResolvedEpoch, resolveEpoch, sourceStage } from './epoch.ts'
import { findStage, readFroms } from './from.ts'
import { instruct, type Scope } from './instruct.ts'
import type { BaseImage, FindContext, FindImage, NamedContext } from './resolver.ts'
import { childState, emptyState, factsOf, imageState, lookupIn, type StageState } from './state.ts'
import {
  type FetchedItem,
  type FileSource,
  type Plan,
  type PlannedStage,
  type StageBase,
  type Step,
  stagesOf,
} from './step.ts'

export interface PlanOptions {
  /** A stage's name or number; default: the last stage. */
  readonly target?: string | undefined
  readonly buildArgs: BuildArguments
  /** Labels that the target's image gets besides its own. */
  readonly labels?: Readonly<Record<string, string>>
  readonly platform?: Platform | undefined
  readonly network?: 'host' | 'none' | undefined
  readonly findImage: FindImage
  /** Where COPY without `--from` takes files from; default: the directory without a name. */
  readonly context?: FileSource | undefined
  readonly findContext?: FindContext | undefined
  /** What `SOURCE_DATE_EPOCH=context` stands for: seconds since the epoch. */
  readonly contextTime?: number | undefined
  /** When what an ADD fetches was made, for a SOURCE_DATE_EPOCH that names its stage: seconds since the epoch. */
  readonly findTime?: ((item: FetchedItem) => Promise<number | undefined>) | undefined
}

interface StageStart {
  readonly base: StageBase
  readonly state: StageState
  readonly platform: Platform
  /** A named context stands for the whole stage: its instructions do not count. */
  readonly replaced: boolean
}

interface WorkedOut {
  readonly stage: PlannedStage
  readonly state: StageState
}

/** Plans a build. Faults carry the place in the Dockerfile: `stage.missing`, `image.missing`, `dockerfile.invalid`, … */
export async function planBuild(file: Dockerfile, options: PlanOptions): Promise<Plan> {
  const target = findTarget(file, options.target)
  const platform = options.platform ?? hostPlatform()
  const asked = options.buildArgs
  const platformArgs = platformArguments(platform, file.stages[target]?.name ?? options.target, asked)
  const defaults = globalArguments(platformArgs, file.globalArgs, { given: asked, escape: file.escape })
  const resolved = await resolveEpoch(asked, defaults, async (name, others) => {
    if (name === 'context') return options.contextTime
    const context = await options.findContext?.(name, platform)
    if (context !== undefined) return context.kind === 'files' ? context.time : undefined
    const stage = sourceStage(file, name)
    const plan = await planStages(file, { ...options, target: stage.name }, { ...others, epoch: undefined })
    return options.findTime?.(fetchedBy(stage, plan))
  })
  return planStages(file, options, resolved)
}

/** Plans the target and what it needs, all arguments being known. */
async function planStages(
  file: Dockerfile,
  options: PlanOptions,
  { epoch, given, global }: ResolvedEpoch,
): Promise<Plan> {
  const target = findTarget(file, options.target)
  const targetPlatform = options.platform ?? hostPlatform()
  const declared = new Set(file.globalArgs.flatMap(({ args }) => args.map(({ key }) => key)))
  const worked = new Map<number, Promise<WorkedOut>>()
  const froms = readFroms(file, global)
  checkCircles(file)

  const workOut = (index: number): Promise<WorkedOut> => {
    const known = worked.get(index)
    if (known !== undefined) return known
    const result = planStage(file.stages[index] as Stage)
    worked.set(index, result)
    return result
  }

  /** The defaults of ARG are expanded one by one, and only those that count (`instruct`). */
  const expanded = (instruction: Instruction, state: StageState): Instruction =>
    instruction.kind === 'ARG'
      ? instruction
      : expandInstruction(instruction, lookupIn(state), { escape: file.escape }).instruction

  const planStage = async (stage: Stage): Promise<WorkedOut> => {
    const { from } = stage
    const { base, state, platform, replaced } = await at(file, from.place, () => startStage(stage))
    const scope: Scope = {
      given,
      global,
      escape: file.escape,
      network: options.network ?? 'host',
      platform,
      context: options.context ?? { from: 'context', name: '' },
      findSource: (name) => findSource(name, stage.index, platform),
      declared: (name) => declared.add(name),
    }
    const steps: Step[] = []
    const triggers = (state.config.OnBuild ?? []).map((trigger) => triggered(trigger, from.place))
    if (!replaced) delete state.config.OnBuild
    for (const instruction of replaced ? [] : [...triggers, ...stage.instructions]) {
      const step = await at(file, instruction.place, async () => {
        const made = await instruct(expanded(instruction, state), state, scope)
        for (const needed of made === undefined ? [] : stagesOf(made)) await workOut(needed)
        return made
      })
      if (step !== undefined) steps.push(step)
    }
    if (stage.index === target && options.labels !== undefined && Object.keys(options.labels).length > 0)
      state.config.Labels = { ...state.config.Labels, ...options.labels }
    const name = stage.name ?? `stage-${stage.index}`
    return {
      state,
      stage: { index: stage.index, name, base, platform, steps, image: factsOf(state, platform) },
    }
  }

  /** Where no image has the name, a stage above may have one like it. */
  const findImage = async (name: string, platform: Platform, before: number): Promise<BaseImage> => {
    try {
      return await options.findImage(name, platform)
    } catch (thrown) {
      const fault = asFault(thrown)
      const near = didYouMean(name, stageNames(file, before), 'anyCase')
      if (fault.code !== 'image.missing' || near === '') throw fault
      throw new Fault(fault.code, `${fault.message}${near}`, fault.details)
    }
  }

  const startStage = async (stage: Stage): Promise<StageStart> => {
    const { from } = stage
    const { name, platform = targetPlatform } = froms[stage.index]!
    const replacement = stage.name === undefined ? undefined : await findContext(stage.name, platform)
    if (replacement !== undefined)
      return { ...(await startOn(replacement, { stage, name: stage.name ?? '', platform })), replaced: true }
    const earlier = findStage(file, name, stage.index)
    if (earlier !== undefined) return startOnStage(earlier)
    if (name === 'scratch')
      return {
        base: { kind: 'scratch' },
        state: emptyState(targetPlatform),
        platform: targetPlatform,
        replaced: false,
      }
    const named = await findContext(name, platform)
    if (named !== undefined) return startOn(named, { stage, name, platform })
    const image = await at(
      file,
      () => placeOfWord(file.source, from.place, from.image),
      () => findImage(name, platform, stage.index),
    )
    return startOnImage(image, { place: from.place, platform })
  }

  const startOnStage = async (index: number): Promise<StageStart> => {
    const { state, stage } = await workOut(index)
    const { platform } = stage
    return { base: { kind: 'stage', stage: index }, state: childState(state), platform, replaced: false }
  }

  const startOnImage = (
    image: BaseImage,
    { place, platform }: { readonly place: Place; readonly platform: Platform },
  ): StageStart => ({
    base: { kind: 'image', image, place },
    state: imageState(image.config),
    platform,
    replaced: false,
  })

  const startOn = async (
    context: NamedContext,
    from: { readonly stage: Stage; readonly name: string; readonly platform: Platform },
  ): Promise<StageStart> => {
    const { stage, name, platform } = from
    switch (context.kind) {
      case 'stage':
        return startOnStage(stageOf(context.name, stage.index))
      case 'image':
        return startOnImage(context.image, { place: stage.from.place, platform })
      case 'files':
        return {
          base: { kind: 'files', name, source: context.source },
          state: emptyState(platform),
          platform,
          replaced: false,
        }
    }
  }

  /** The stage that `target:NAME` means. */
  const stageOf = (name: string, before: number): number => {
    const index = findStage(file, name, before)
    if (index !== undefined) return index
    throw new Fault(
      'stage.missing',
      `target:${name}: there is no stage ${name} above this one`,
      stageHint(file, before),
    )
  }

  const findContext = async (name: string, platform: Platform): Promise<NamedContext | undefined> =>
    options.findContext?.(name, platform)

  const findSource = async (name: string, current: number, platform: Platform): Promise<FileSource> => {
    if (name === 'scratch') return { from: 'nothing' }
    const named = findStage(file, name, current)
    if (named !== undefined) return { from: 'stage', stage: named }
    const context = /^\d+$/.test(name) ? undefined : await findContext(name, platform)
    if (context?.kind === 'files') return context.source
    if (context?.kind === 'image') return { from: 'image', image: context.image }
    if (context?.kind === 'stage') return { from: 'stage', stage: stageOf(context.name, current) }
    if (/^\d+$/.test(name)) {
      const index = Number(name)
      if (index < current) return { from: 'stage', stage: index }
      throw new Fault('stage.missing', `there is no stage ${name} above this one`, stageHint(file, current))
    }
    const later = file.stages.find((stage) => stage.index >= current && stage.name === name.toLowerCase())
    if (later !== undefined)
      throw new Fault(
        'stage.missing',
        `stage "${name}" is defined below (line ${later.from.place.line}); files come from stages above`,
        {
          hint: 'move that stage up',
        },
      )
    return { from: 'image', image: await findImage(name, platform, current) }
  }

  const finished = await workOut(target)
  const stages = (await Promise.all(worked.values()))
    .map(({ stage }) => stage)
    .sort((a, b) => a.index - b.index)
  return {
    stages,
    target: finished.stage.index,
    unusedArguments: [...given.keys()].filter((name) => !declared.has(name) && !isPredefined(name)),
    epoch,
  }
}

/** The number of the stage that `--target` means: a name, a number, or the last. Faults with `stage.missing`. */
export function findTarget(file: Dockerfile, target: string | undefined): number {
  if (target === undefined || target === '') return file.stages.length - 1
  const named = file.stages.findLast((stage) => stage.name === target.toLowerCase())
  if (named !== undefined) return named.index
  if (/^\d+$/.test(target) && file.stages[Number(target)] !== undefined) return Number(target)
  throw new Fault(
    'stage.missing',
    `target stage "${target}" could not be found${didYouMean(target, stageNames(file, file.stages.length), 'anyCase')}`,
    stageHint(file, file.stages.length),
  )
}

function stageNames(file: Dockerfile, before: number): readonly string[] {
  return file.stages.slice(0, before).flatMap(({ name }) => (name === undefined ? [] : [name]))
}

function stageHint(file: Dockerfile, before: number): FaultDetails {
  const names = file.stages.slice(0, before).map((stage) => stage.name ?? String(stage.index))
  return names.length === 0 ? {} : { hint: `the stages here are ${names.join(', ')}` }
}

/** An ONBUILD trigger of the base, as if it stood where the FROM is. */
function triggered(trigger: string, place: Place): Instruction {
  return { ...parseTrigger(trigger), place }
}

async function at<T>(file: Dockerfile, place: Place | (() => Place), work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw placed(asFault(thrown), typeof place === 'function' ? place() : place, file.source)
  }
}
