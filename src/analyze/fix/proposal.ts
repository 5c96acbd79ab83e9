// Makes proposals: the fields that most have alike, and refusals.
import type { Instruction } from '../../dockerfile/index.ts'
import type { Edit } from './edits.ts'
import type { FixGoal, FixKind, Proposal } from './types.ts'

interface Words {
  readonly kind: FixKind
  readonly goal: FixGoal
  readonly title: string
  readonly gone?: readonly string[]
  readonly secrets?: Proposal['secrets']
}

/** `about`: the instructions it is about, in order. */
export function propose(about: readonly Instruction[], words: Words, edits: readonly Edit[]): Proposal {
  return { ...base(about, words), edits }
}

/** `reason` goes on after "cannot be done: ". */
export function refuse(about: readonly Instruction[], words: Omit<Words, 'kind'>, reason: string): Proposal {
  return { ...base(about, { ...words, kind: 'none' }), refusal: reason, edits: [] }
}

function base(about: readonly Instruction[], { kind, goal, title, gone = [], secrets = [] }: Words) {
  return {
    key: [
      kind,
      title.replace(/\bline \d+|\blines \d+ to \d+/g, 'line'),
      ...about.map(({ text }) => text),
    ].join('\0'),
    kind,
    goal,
    title,
    gone,
    secrets,
    lines: about.map(({ place }) => place.line),
  }
}
