// What the rules look at: a Dockerfile with its variables followed through the stages, without running anything. An image that is not
// at hand leaves its stage's environment unknown, and rules that depend on it stay silent there.
import { asFault, type Fault, hostPlatform, type Platform, placed } from '../../core/index.ts'
import {
  type Dockerfile,
  type Expansion,
  type Ignore,
  type Instruction,
  parseTrigger,
  type Stage,
} from '../../dockerfile/index.ts'
import type { ImageConfig } from '../../image/index.ts'
import {
  type BuildArguments,
  checkFrom,
  expandFrom,
  findStage,
  findTarget,
  globalArguments,
  platformArguments,
} from '../../plan/index.ts'
import { childOf, follow, neededStages, type StageVariables, startOf } from './follow.ts'

/** Finds an image's configuration; `undefined` where the image is not at hand. */
export type FindBase = (name: string, platform: Platform) => Promise<ImageConfig | undefined>

export interface StageFacts {
  readonly stage: Stage
  readonly image: Expansion
  readonly platform?: Expansion | undefined
  /** The base image with what it says of itself, where the stage is built on one that was found. */
  readonly base?: { readonly config: ImageConfig; readonly expected: Platform } | undefined
  /** In order, triggers of the base first; empty for a stage that is not looked into. */
  readonly instructions: readonly InstructionFacts[]
}

export interface InstructionFacts {
  /** As it was written; a trigger has the place of its FROM. */
  readonly written: Instruction
  /** With its variables replaced. */
  readonly expanded: Instruction
  /** Variables it uses that nothing sets or declares; none where the base's environment is not known. */
  readonly undefinedNames: readonly UndefinedName[]
  /** Whether SHELL was said, here or in the base. */
  readonly shellSet: boolean
  /** Whether a WORKDIR was said before, in this stage or one below it. */
  readonly workdirSet: boolean
}

export interface UndefinedName {
  readonly name: string
  /** A variable that there was with a name like it. */
  readonly near: string | undefined
}

export interface Facts {
  readonly file: Dockerfile
  readonly stages: readonly StageFacts[]
  /** The number of the stage that is asked for, or the last. */
  readonly target: number
  readonly ignore: Ignore | undefined
  /** Values of the arguments before the first FROM when none is given; `undefined` where they cannot be expanded. */
  readonly defaults: ReadonlyMap<string, string> | undefined
  readonly global: ReadonlyMap<string, string>
  readonly globalNames: readonly string[]
  /** What kept the rest from being looked at. */
  readonly fault?: Fault | undefined
}

export interface FactOptions {
  readonly target?: string | undefined
  /** `needed`: instructions of stages that the target does not need are left out, as in a build. */
  readonly stages: 'all' | 'needed'
  readonly buildArgs: BuildArguments
  readonly platform?: Platform | undefined
  readonly ignore?: Ignore | undefined
  readonly findBase: FindBase
}

export async function gatherFacts(file: Dockerfile, options: FactOptions): Promise<Facts> {
  const { buildArgs: given } = options
  const words = { escape: file.escape }
  const targetPlatform = options.platform ?? hostPlatform()
  const targetStage = file.stages[findTarget(file, options.target)]!
  const platformArgs = platformArguments(targetPlatform, options.target ?? targetStage.name, given)
  let defaults: ReadonlyMap<string, string> | undefined
  let global: ReadonlyMap<string, string> = platformArgs
  try {
    defaults = globalArguments(platformArgs, file.globalArgs, { ...words, given: new Map() })
  } catch {
    // The rule about defaults has nothing to say; the values given may do better.
  }
  let globalFault: Fault | undefined
  try {
    global = globalArguments(platformArgs, file.globalArgs, { ...words, given })
  } catch (thrown) {
    globalFault = faultAt(file, file.globalArgs[0] ?? file.stages[0]!.from, thrown)
  }
  const heads: Heads =
    globalFault === undefined ? readHeads(file, global) : { stages: [], fault: globalFault }
  const known = { file, global, targetPlatform }
  const { stages, fault } = heads.fault === undefined ? await followStages(heads, known, options) : heads
  const globalNames = [
    ...new Set([...file.globalArgs.flatMap(({ args }) => args.map(({ key }) => key)), ...global.keys()]),
  ]
  return {
    file,
    stages,
    target: targetStage.index,
    ignore: options.ignore,
    defaults,
    global,
    globalNames,
    fault,
  }
}

interface StageHead extends StageFacts {
  /** Of the base, where the FROM says one. */
  readonly wanted?: Platform | undefined
}

interface Heads {
  readonly stages: readonly StageHead[]
  readonly fault?: Fault | undefined
}

/** What the FROM lines say, down to the first that can't be built on. They come before all other instructions, as in a build. */
function readHeads(file: Dockerfile, global: ReadonlyMap<string, string>): Heads {
  const stages: StageHead[] = []
  for (const stage of file.stages)
    try {
      const head = { stage, ...expandFrom(stage.from, global, file), instructions: [] }
      stages.push(head)
      stages[stage.index] = { ...head, wanted: checkFrom(stage, head, { file, global }) }
    } catch (thrown) {
      return { stages, fault: faultAt(file, stage.from, thrown) }
    }
  return { stages }
}

/** The stages with their instructions, down to the first that can't be expanded. */
async function followStages(
  heads: Heads,
  known: {
    readonly file: Dockerfile
    readonly global: ReadonlyMap<string, string>
    readonly targetPlatform: Platform
  },
  options: FactOptions,
): Promise<Pick<Facts, 'stages' | 'fault'>> {
  const { file, global, targetPlatform } = known
  const target = file.stages[findTarget(file, options.target)]!
  const needed =
    options.stages === 'all' && options.target === undefined
      ? undefined
      : neededStages(file, target, (name) => global.get(name))
  const stages: StageFacts[] = [...heads.stages]
  const ends: StageVariables[] = []
  for (const { stage, image, platform, wanted } of heads.stages) {
    const { from, index } = stage
    const expected = wanted ?? targetPlatform
    const looked = needed === undefined || needed.has(index)
    const parent = findStage(file, image.text, index)
    const config =
      !looked || parent !== undefined || image.text === 'scratch'
        ? undefined
        : await options.findBase(image.text, expected)
    const start =
      parent === undefined
        ? startOf(image.text === 'scratch' ? 'scratch' : config)
        : childOf(ends[parent]!, file.stages[parent]!)
    const instructions: InstructionFacts[] = []
    stages[index] = { stage, image, platform, base: config && { config, expected }, instructions }
    ends[index] = start.variables
    if (!looked) continue
    const triggers = start.triggers.map((text) => ({
      ...parseTrigger(text),
      place: from.place,
      comments: [],
    }))
    for (const instruction of [...triggers, ...stage.instructions])
      try {
        const variables = { given: options.buildArgs, global, escape: file.escape }
        instructions.push(follow(instruction, start.variables, variables))
      } catch (thrown) {
        return { stages, fault: faultAt(file, instruction, thrown) }
      }
  }
  return { stages }
}

function faultAt(file: Dockerfile, { place }: Instruction, thrown: unknown): Fault {
  return placed(asFault(thrown), place, file.source)
}
