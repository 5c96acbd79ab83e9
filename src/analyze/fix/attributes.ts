// A chmod or chown of what COPY and ADD brought becomes their flag. What a RUN made gets its mode or owner in that RUN.
import type { RunInstruction } from '../../dockerfile/index.ts'
import { type AttributeChange, attributeChange } from '../shell/idioms.ts'
import { addFlag, type Edit } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import { appendCommand, appendObstacle, commandText, readRunText, removeCommands } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, Proposal } from './types.ts'

export function fixAttributes(view: StageView, { waste, warnings }: FixFindings): readonly Proposal[] {
  const again = waste.filter(({ class: kind }) => kind === 'metadataOnly')
  const lines = new Set([
    ...again.map(({ hiddenBy }) => hiddenBy),
    ...warnings.filter(({ rule }) => rule === 'AttributesChangedLater').map(({ place }) => place.line),
  ])
  return [...lines].flatMap((line) => {
    const run = view.at(line)
    if (run?.kind !== 'RUN') return []
    const makers = again
      .filter(({ hiddenBy }) => hiddenBy === line)
      .map(({ broughtBy }) => view.at(broughtBy))
      .filter((one) => one?.kind === 'RUN')
    return changesOf(view, run, makers.at(-1))
  })
}

function changesOf(
  view: StageView,
  run: RunInstruction,
  maker: RunInstruction | undefined,
): readonly Proposal[] {
  const { file, stage } = view
  const text = readRunText(file, run)
  const title = `line ${run.place.line} ships files again for their mode or owner`
  if (text?.commands === undefined)
    return [refuse([run], { goal: 'bytes', title }, 'its commands cannot be told apart')]
  const before = stage.instructions.slice(0, stage.instructions.indexOf(run))
  return text.commands.flatMap((command): readonly Proposal[] => {
    const change = attributeChange(command)
    if (change === undefined) return []
    const copies = before.filter(
      (one) =>
        (one.kind === 'COPY' || one.kind === 'ADD') &&
        view.filled(one).some((path) => isChanged(path, change)),
    )
    const about = [...copies, run]
    const flag = `--${change.flag}=${change.value}`
    if (copies.length === 0 && maker === undefined)
      return [
        refuse(
          about,
          { goal: 'bytes', title: `${change.flag} of ${change.paths.join(' ')} in line ${run.place.line}` },
          'no COPY brings just these files: copy them by themselves, or give them their mode in the context',
        ),
      ]
    const words = {
      goal: 'bytes',
      title: `${copies.length === 0 ? 'set it where it is made' : `COPY ${flag}`} instead of ${change.flag} in line ${run.place.line}`,
    } as const
    const set = copies.find((copy) => 'flags' in copy && copy.flags[change.flag] !== undefined)
    if (set !== undefined)
      return [refuse(about, words, `line ${set.place.line} has a --${change.flag} already`)]
    const taken = removeCommands(file, text, (one) => one === command)
    if (taken === undefined)
      return [refuse(about, words, `other commands of line ${run.place.line} hang on it`)]
    const moved = maker === undefined ? [] : moveInto(view, maker, commandText(text, command))
    if (moved === undefined)
      return [refuse(about, words, `line ${maker!.place.line} has a form that no command can be added to`)]
    return [
      propose(about, { kind: 'set-by-copy', ...words }, [
        ...copies.map((copy) => addFlag(file, copy, flag)),
        ...moved,
        ...taken,
      ]),
    ]
  })
}

function moveInto({ file }: StageView, maker: RunInstruction, command: string): readonly Edit[] | undefined {
  const text = readRunText(file, maker)
  if (text === undefined || appendObstacle(text) !== undefined) return undefined
  return [appendCommand(file, text, command)]
}

function isChanged(path: string, { paths, recursive }: AttributeChange): boolean {
  return paths.some((word) => {
    const target = word.replace(/(?<=.)\/+$/, '')
    return path === target || (recursive && path.startsWith(`${target}/`))
  })
}
