// What an instruction brings and a later RUN removes: the removal moves up into the RUN that made it, a copied file is mounted instead.
import type { AddInstruction, CopyInstruction, Instruction, RunInstruction } from '../../dockerfile/index.ts'
import type { ShellCommand } from '../shell/commands.ts'
import { covers, removedPaths } from '../shell/idioms.ts'
import type { Edit } from './edits.ts'
import { addFlag } from './edits.ts'
import { mergeRuns } from './merge.ts'
import { mountInstead } from './mounts.ts'
import { propose, refuse } from './proposal.ts'
import {
  appendCommand,
  appendObstacle,
  commandText,
  type RunText,
  readRunText,
  removeCommands,
  replaceCommand,
} from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, FoundWaste, Proposal } from './types.ts'

export function fixRemoved(view: StageView, findings: FixFindings): readonly Proposal[] {
  return findings.waste
    .filter(({ class: kind }) => kind === 'deleted')
    .flatMap((waste) => {
      const hiding = view.at(waste.hiddenBy)
      if (hiding?.kind !== 'RUN') return []
      const title = `${waste.path} is removed by line ${hiding.place.line} after it was shipped`
      if (waste.broughtBy === undefined)
        return [
          refuse(
            [hiding],
            { goal: 'bytes', title },
            'it comes with the base image; only another base is without it',
          ),
        ]
      const bringing = view.at(waste.broughtBy)
      if (bringing === undefined) return []
      if (bringing.kind === 'RUN') return removeInRun(view, waste, bringing, hiding)
      if (bringing.kind === 'COPY' || bringing.kind === 'ADD')
        return [removeCopied(view, findings, waste, { bringing, hiding })]
      return []
    })
}

/** The `rm` alone moves up; where that fails, because what stands between needs the files, all of it becomes one RUN. */
function removeInRun(
  view: StageView,
  { path }: FoundWaste,
  bringing: RunInstruction,
  hiding: RunInstruction,
): readonly Proposal[] {
  const { file } = view
  const about = [bringing, hiding]
  const [first, last] = about.map(({ place }) => place.line)
  const title = `remove ${path} in line ${first}, which makes it, instead of line ${last}`
  const words = { kind: 'remove-earlier', goal: 'bytes', title } as const
  const whole = mergeRuns(view, [bringing, hiding], {
    goal: 'bytes',
    title: `make one RUN of lines ${first} to ${last}, so that ${path} is never shipped`,
  })
  const made = readRunText(file, bringing)
  const removing = readRunText(file, hiding)
  const removal = removing && findRemoval(removing, path)
  const between = view.between(bringing, hiding)
  if (made === undefined || appendObstacle(made) !== undefined) return [whole]
  if (removing === undefined || removal === undefined) return [whole]
  const taken = takeRemoval(view, removing, removal)
  if (taken === undefined) return [whole]
  const moved = propose(about, words, [appendCommand(file, made, removal.text), ...taken])
  return between.length === 0 ? [moved] : [moved, whole]
}

function removeCopied(
  view: StageView,
  findings: FixFindings,
  { path }: FoundWaste,
  pair: { readonly bringing: CopyInstruction | AddInstruction; readonly hiding: RunInstruction },
): Proposal {
  const { bringing, hiding } = pair
  const { file } = view
  const about = [bringing, hiding]
  const title = `keep ${path} out of the image: line ${bringing.place.line} copies it, line ${hiding.place.line} removes it`
  const words = { goal: 'bytes', title } as const
  const removing = readRunText(file, hiding)
  const removal = removing && findRemoval(removing, path)
  if (removing === undefined || removal === undefined)
    return refuse(about, words, `line ${hiding.place.line} removes it by something else than rm`)
  const taken = takeRemoval(view, removing, removal)
  if (taken === undefined) return refuse(about, words, hanging(hiding))
  const filled = view.filled(bringing)
  const whole =
    filled.find((one) => covers(removal.word, one)) ?? (bringing.kind === 'ADD' ? filled.at(-1) : undefined)
  const directory = view.destination(bringing)
  if (whole === undefined) {
    if (bringing.kind !== 'COPY' || directory === undefined || !path.startsWith(`${directory}/`))
      return refuse(about, words, `only a part of what line ${bringing.place.line} brings is removed again`)
    const relative = path.slice(directory.length + 1)
    return propose(about, { ...words, kind: 'exclude', title: `${title}: COPY --exclude=${relative}` }, [
      addFlag(file, bringing, `--exclude=${relative}`),
      ...taken,
    ])
  }
  return mountInstead(view, findings, { ...pair, removal, removed: taken, path: whole, title })
}

export interface Removal {
  readonly command: ShellCommand
  /** The word of `rm` that names the path or something above it. */
  readonly word: string
  /** `rm` of that word alone, with its options. */
  readonly text: string
}

function findRemoval(run: RunText, path: string): Removal | undefined {
  for (const command of run.commands ?? []) {
    const word = removedPaths(command)?.find((one) => covers(one, path))
    if (word === undefined) continue
    const options = command.words.slice(1).filter(({ text }) => text.startsWith('-'))
    return { command, word, text: ['rm', ...options.map(({ text }) => text), word].join(' ') }
  }
  return undefined
}

/** Takes the word out of its `rm`, with it the `rm` that has no other, and the RUN that has no other command. */
function takeRemoval(
  { file }: StageView,
  run: RunText,
  { command, word }: Removal,
): readonly Edit[] | undefined {
  const others = (removedPaths(command) ?? []).filter((one) => one !== word)
  if (others.length === 0) return removeCommands(file, run, (one) => one === command)
  const text = commandText(run, command)
  const without = text
    .split(/\s+/)
    .filter((one) => one !== word)
    .join(' ')
  return without === text ? undefined : [replaceCommand(run, command, without)]
}

function hanging({ place }: Instruction): string {
  return `other commands of line ${place.line} hang on this rm`
}
