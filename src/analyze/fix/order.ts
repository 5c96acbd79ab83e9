// Dependencies are installed before the sources are copied: first the manifests, then the installation, then everything else.
import { installManifests } from '../shell/idioms.ts'
import { insertAfter, lineBreakOf, linesOf, removeInstruction } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import { readRunText } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, Proposal } from './types.ts'

export function fixOrder(view: StageView, { warnings, context }: FixFindings): readonly Proposal[] {
  const { file, stage } = view
  return warnings.flatMap(({ rule, place }): readonly Proposal[] => {
    const run = view.at(place.line)
    if (rule !== 'CopyBeforeInstall' || run?.kind !== 'RUN') return []
    const copy = stage.instructions.find(
      (one) =>
        one.kind === 'COPY' && one.flags.from === undefined && one.sources.some((source) => isWhole(source)),
    )
    if (copy?.kind !== 'COPY') return []
    const title = `copy what line ${run.place.line} installs from before all other sources`
    const words = { kind: 'install-first', goal: 'time', title } as const
    const about = [copy, run]
    const commands = readRunText(file, run)?.commands ?? []
    const known = commands.every(
      (command) => installManifests(command) !== undefined || isHarmless(command.words[0]?.text),
    )
    if (!known)
      return [
        refuse(
          about,
          words,
          `line ${run.place.line} does more than install; what else it does may need the sources`,
        ),
      ]
    const manifests = commands
      .flatMap((command) => installManifests(command) ?? [])
      .filter((name) => context.get(name) === 'file')
    if (manifests.length === 0) return [refuse(about, words, 'the manifest is not at the top of the context')]
    const between = view.between(copy, run)
    const other = between.find(
      ({ kind }) => !['WORKDIR', 'ENV', 'ARG', 'USER', 'LABEL', 'EXPOSE'].includes(kind),
    )
    if (other !== undefined)
      return [
        refuse(
          about,
          words,
          `line ${other.place.line} (${other.keyword}) stands between and may need the sources`,
        ),
      ]
    if (!copy.destination.startsWith('/') && between.some(({ kind }) => kind === 'WORKDIR'))
      return [refuse(about, words, 'a WORKDIR between the two changes where the sources go')]
    const { start, end } = linesOf(file, copy)
    const whole = file.source.slice(start, end).trimEnd()
    const flags = /^\w+((?:\s+--\S+)*)/.exec(copy.text)?.[1] ?? ''
    const directory = copy.destination.endsWith('/') ? copy.destination : `${copy.destination}/`
    const line = `${copy.keyword}${flags} ${manifests.join(' ')} ${directory}`
    const removed = removeInstruction(file, copy)
    return [
      propose(about, words, [
        { start, end: start, text: `${line}${lineBreakOf(file.source)}` },
        { ...removed, end },
        insertAfter(file, run, whole),
      ]),
    ]
  })
}

function isWhole(source: unknown): boolean {
  return typeof source === 'string' && /^\.?\/?$/.test(source)
}

/** What may stand beside an installation and needs no sources. */
function isHarmless(program: string | undefined): boolean {
  return /^(?:echo|true|mkdir|cd|set)$/.test(program ?? '')
}
