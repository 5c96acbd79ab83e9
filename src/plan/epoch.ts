// SOURCE_DATE_EPOCH: the moment that clamps all times of an image, as a build argument or as the default of an ARG before the first FROM.
import { Fault } from '../core/index.ts'
import type { Dockerfile, Stage } from '../dockerfile/index.ts'
import type { BuildArguments } from './arguments.ts'
import type { FetchedItem, Plan } from './step.ts'

const name = 'SOURCE_DATE_EPOCH'

export interface ResolvedEpoch {
  /** Seconds since 1970; absent where none was asked for, or what was named has no time. */
  readonly epoch: number | undefined
  /** The arguments, in which a name became a number, or nothing. */
  readonly given: BuildArguments
  readonly global: ReadonlyMap<string, string>
}

type Arguments = Pick<ResolvedEpoch, 'given' | 'global'>

/**
 * Reads the epoch that was given, else the default. What is no number names a source, whose time `findTime` looks up, with the
 * arguments that do not depend on it: `context`, a named context, or a stage (`sourceStage`). Commits have a time, and files of a URL;
 * a directory has none. Faults with `argument.missing` on anything else.
 */
export async function resolveEpoch(
  given: BuildArguments,
  global: ReadonlyMap<string, string>,
  findTime: (name: string, others: Arguments) => Promise<number | undefined>,
): Promise<ResolvedEpoch> {
  const text = given.get(name) ?? global.get(name) ?? ''
  if (text === '') return { epoch: undefined, given, global }
  if (/^\d+$/.test(text)) return { epoch: Number(text), given, global }
  const without = (values: ReadonlyMap<string, string>) =>
    new Map([...values].filter(([key]) => key !== name))
  const others = { given: without(given), global: without(global) }
  const epoch = await findTime(text, others)
  if (epoch === undefined) return { epoch, ...others }
  if (given.has(name)) others.given.set(name, String(epoch))
  if (global.has(name)) others.global.set(name, String(epoch))
  return { epoch, ...others }
}

/** The stage that an epoch names. Faults with `dockerfile.invalid` unless it fetches one thing and does nothing else. */
export function sourceStage(file: Dockerfile, text: string): Stage {
  const stage = file.stages.find((candidate) => candidate.name === text.toLowerCase())
  if (stage === undefined)
    throw new Fault('argument.missing', `invalid SOURCE_DATE_EPOCH: ${text}`, {
      hint: 'write a number of seconds since 1970, "context", or the name of a build context or a stage',
    })
  const other = stage.instructions.find(({ kind }) => kind !== 'ARG' && kind !== 'ADD')
  if (other !== undefined) throw notSource(stage, `has ${other.kind}`)
  const adds = stage.instructions.filter(({ kind }) => kind === 'ADD').length
  if (adds !== 1) throw notSource(stage, adds === 0 ? 'has no ADD' : 'has more than one ADD')
  return stage
}

/** What the source stage fetches, in the plan whose target it is. */
export function fetchedBy(stage: Stage, { stages, target }: Plan): FetchedItem {
  const planned = stages.find(({ index }) => index === target)
  if (planned?.base.kind !== 'scratch') throw notSource(stage, 'is not FROM scratch')
  const step = planned.steps.find(({ kind }) => kind === 'copy')
  const [item, ...more] = step?.kind === 'copy' ? step.items : []
  if (item === undefined || more.length > 0) throw notSource(stage, 'adds more than one thing')
  if (item.kind !== 'url' && item.kind !== 'git') throw notSource(stage, 'adds files of the context')
  return item
}

function notSource({ name: stage, from }: Stage, why: string): Fault {
  return new Fault('dockerfile.invalid', `SOURCE_DATE_EPOCH=${stage}: that stage ${why}`, {
    hint: 'a stage that gives the time is FROM scratch with ARGs and one ADD of a URL or a git repository',
    place: from.place,
  })
}
