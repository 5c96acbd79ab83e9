// RUN instructions that belong together: rows of many, pairs of which one writes again what the other wrote, and lists of packages that
// are fetched apart from the installation that needs them.
import type { RunInstruction } from '../../dockerfile/index.ts'
import { packageUse } from '../shell/idioms.ts'
import { removeInstruction } from './edits.ts'
import { mergeRuns } from './merge.ts'
import { propose, refuse } from './proposal.ts'
import { commandText, prependCommand, readRunText } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, Proposal } from './types.ts'

export function fixRuns(view: StageView, { warnings, waste }: FixFindings): readonly Proposal[] {
  const linesOf = (name: string): readonly number[] =>
    warnings.filter(({ rule }) => rule === name).map(({ place }) => place.line)
  const alone = linesOf('PackageListsAlone').flatMap((line) => fetchWithInstall(view, line))
  const many = linesOf('ManyRunInstructions').flatMap((line) => mergeRow(view, line))
  return [...alone, ...many, ...rowsThatRewrite(view, waste)]
}

/** Rows of RUN of which later ones write again what earlier ones wrote; rows that overlap are one. */
function rowsThatRewrite(view: StageView, waste: FixFindings['waste']): readonly Proposal[] {
  const { instructions } = view.stage
  const rows = waste.flatMap(({ class: kind, path, broughtBy, hiddenBy }) => {
    const [first, last] = [view.at(broughtBy), view.at(hiddenBy)]
    if (kind !== 'overwritten' || first?.kind !== 'RUN' || last?.kind !== 'RUN' || first === last) return []
    if (view.between(first, last).some((one) => one.kind !== 'RUN')) return []
    return [{ path, from: instructions.indexOf(first), to: instructions.indexOf(last) }]
  })
  const joined: (typeof rows)[number][] = []
  for (const row of rows.toSorted((a, b) => a.from - b.from)) {
    const before = joined.at(-1)
    if (before === undefined || row.from > before.to) joined.push(row)
    else joined[joined.length - 1] = { ...before, to: Math.max(before.to, row.to) }
  }
  return joined.map(({ path, from, to }) => {
    const ends = [instructions[from], instructions[to]] as RunInstruction[]
    const [first, last] = ends.map(({ place }) => place.line)
    const title = `make one RUN of lines ${first} to ${last}, which write ${path} several times`
    return mergeRuns(view, ends, { goal: 'bytes', title })
  })
}

function mergeRow(view: StageView, line: number): readonly Proposal[] {
  const { instructions } = view.stage
  const start = instructions.findIndex(({ place }) => place.line === line)
  if (start < 0) return []
  const row: RunInstruction[] = []
  for (const instruction of instructions.slice(start)) {
    if (instruction.kind !== 'RUN') break
    row.push(instruction)
  }
  const title = `make one RUN of the ${row.length} from line ${line} on`
  return row.length < 2 ? [] : [mergeRuns(view, row, { goal: 'layers', title })]
}

/** The lists are fetched by the next RUN that installs. */
function fetchWithInstall(view: StageView, line: number): readonly Proposal[] {
  const { file, stage } = view
  const alone = view.at(line)
  if (alone?.kind !== 'RUN') return []
  const installs = stage.instructions
    .slice(stage.instructions.indexOf(alone) + 1)
    .find(
      (one) =>
        one.kind === 'RUN' &&
        readRunText(file, one)?.commands?.some((command) => packageUse(command)?.does === 'install'),
    )
  const title = `fetch the package lists of line ${line} in the RUN that installs`
  const words = { goal: 'freshness', title } as const
  if (installs?.kind !== 'RUN')
    return [refuse([alone], words, 'no RUN below it installs packages by plain commands')]
  const [from, to] = [readRunText(file, alone), readRunText(file, installs)]
  const command = from?.commands?.length === 1 ? from.commands[0] : undefined
  if (from === undefined || to === undefined || command === undefined)
    return [refuse([alone, installs], words, `line ${line} does other things, too`)]
  return [
    propose([alone, installs], { kind: 'fetch-with-install', ...words }, [
      removeInstruction(file, alone),
      prependCommand(file, to, commandText(from, command)),
    ]),
  ]
}
