// Several RUN instructions in a row made one. Comments between them stay where they are: they may stand between continued lines.
import type { Instruction, RunInstruction } from '../../dockerfile/index.ts'
import { createOffsets, type Edit, insertBefore, lineBreakOf, linesOf } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import { appendObstacle, type RunText, readRunText } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixGoal, Proposal } from './types.ts'

/** Commands that change what the next ones see, or whether there is a next one. */
const changesShell = /^(?:cd|export|unset|set|umask|exit|exec|trap|alias|source|\.|eval|[A-Za-z_]\w*=.*)$/

/**
 * Makes one RUN of all from the first to the last of `ends`. COPY and ADD between them come before it; anything else between would
 * mean something else there.
 */
export function mergeRuns(
  view: StageView,
  ends: readonly RunInstruction[],
  words: { readonly goal: FixGoal; readonly title: string },
): Proposal {
  const { file } = view
  const [first, last] = [ends[0]!, ends.at(-1)!]
  const between = first === last ? [] : view.between(first, last)
  const other = between.find(({ kind }) => kind !== 'RUN' && kind !== 'COPY' && kind !== 'ADD')
  if (other !== undefined)
    return refuse(ends, words, `line ${other.place.line} (${other.keyword}) stands between them`)
  const runs = [first, ...between.filter((one) => one.kind === 'RUN'), last]
  const odd = runs.find((run) => flagsOf(run) !== flagsOf(first))
  if (odd !== undefined)
    return refuse(runs, words, `lines ${first.place.line} and ${odd.place.line} have different flags`)
  const texts = runs.map((run) => readRunText(file, run))
  const unread = runs[texts.indexOf(undefined)]
  if (unread !== undefined)
    return refuse(
      runs,
      words,
      `line ${unread.place.line} is no plain command line, so nothing can be joined to it`,
    )
  const read = texts as readonly RunText[]
  const blocked = read.find((text) => appendObstacle(text) !== undefined)
  if (blocked !== undefined)
    return refuse(runs, words, `line ${blocked.run.place.line}: ${appendObstacle(blocked)}`)
  const lifted = between.filter(({ kind }) => kind !== 'RUN').map((one) => textOf(view, one))
  return propose(runs, { kind: 'merge-runs', ...words }, [
    ...(lifted.length === 0 ? [] : [insertBefore(file, first, lifted.join(lineBreakOf(file.source)))]),
    ...joinEdits(view, read),
  ])
}

/** An instruction as it is written, here documents included. */
function textOf({ file }: StageView, instruction: Instruction): string {
  const { start, end } = linesOf(file, instruction)
  return file.source.slice(start, end).trimEnd()
}

function joinEdits({ file }: StageView, texts: readonly RunText[]): readonly Edit[] {
  const { source, escape: mark } = file
  const newline = lineBreakOf(source)
  const edits: Edit[] = []
  for (const [i, text] of texts.entries()) {
    const isLast = i === texts.length - 1
    const wrapped = needsGroup(text, { isFirst: i === 0, isLast })
    const next = texts[i + 1]
    if (i === 0 && wrapped) edits.push({ start: text.start, end: text.start, text: '(' })
    if (next === undefined) {
      if (wrapped) edits.push({ start: text.end, end: text.end, text: ')' })
      continue
    }
    const nextWrapped = needsGroup(next, { isFirst: false, isLast: i + 1 === texts.length - 1 })
    const comments = source
      .slice(text.end, createOffsets(source)(next.run.place.line, 1))
      .split(/\r?\n/)
      .filter((line) => line.trim().startsWith('#'))
    edits.push({
      start: text.end,
      end: next.start,
      text: `${wrapped ? ')' : ''} ${mark}${newline}${comments.map((line) => line + newline).join('')} && ${nextWrapped ? '(' : ''}`,
    })
  }
  return edits
}

/** Whether a command line must be kept together, so that it means the same among others. */
function needsGroup(
  { commands }: RunText,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): boolean {
  if (commands === undefined) return true
  const joints = commands.slice(1).map(({ joint }) => joint)
  // `a || b && c` and `a; b && c` mean the same in front, and something else behind
  if (!isFirst && joints.some((joint) => joint !== '&&' && joint !== '|')) return true
  return !isLast && commands.some(({ words }) => changesShell.test(words[0]?.text ?? ''))
}

function flagsOf({ mounts, network, security, devices }: RunInstruction): string {
  return JSON.stringify([mounts.map(({ text }) => text), network, security, devices])
}
