// What a rule is, and the shapes that most rules have.
import type { Place } from '../../core/index.ts'
import type { Instruction, Stage } from '../../dockerfile/index.ts'
import type { Facts, InstructionFacts, StageFacts } from './facts.ts'

export interface Finding {
  readonly place: Place
  readonly message: string
  /** The instruction whose comments can silence it; without one only the whole file can. */
  readonly under?: Instruction
}

export interface Rule {
  readonly name: string
  /** What the rule asks for, in general. */
  readonly description: string
  /** Runs only where it is asked for by name or by `all`. */
  readonly experimental?: true
  /** False where docker has no page about it. */
  readonly page?: false
  /** Told by ordinary builds, too. Of our own rules only, since builds tell all of BuildKit's. */
  readonly certain?: true
  readonly check: (facts: Facts) => readonly Finding[]
}

/** A rule about each instruction by itself. */
export function each(
  judge: (instruction: Instruction, facts: InstructionFacts, all: Facts) => readonly string[],
): Rule['check'] {
  return (all) =>
    all.stages.flatMap(({ instructions }) =>
      instructions.flatMap((facts) =>
        judge(facts.expanded, facts, all).map((message) => ({
          message,
          place: facts.written.place,
          under: facts.written,
        })),
      ),
    )
}

/** A rule about each FROM that could be read; `scope` says whether a comment above it silences the rule. */
export function eachFrom(
  judge: (stage: StageFacts, all: Facts) => readonly string[],
  scope: Scope = 'instruction',
): Rule['check'] {
  return (all) => all.stages.flatMap((facts) => findingsAt(facts.stage, judge(facts, all), scope))
}

/** A rule about the text of each FROM, which is told of those behind a fault too. */
export function eachStage(
  judge: (stage: Stage, all: Facts) => readonly string[],
  scope: Scope = 'instruction',
): Rule['check'] {
  return (all) => all.file.stages.flatMap((stage) => findingsAt(stage, judge(stage, all), scope))
}

type Scope = 'file' | 'instruction'

function findingsAt({ from }: Stage, messages: readonly string[], scope: Scope): readonly Finding[] {
  return messages.map((message) => ({
    message,
    place: from.place,
    ...(scope === 'instruction' && { under: from }),
  }))
}

/** The message where the condition holds, else none. */
export const said = (condition: boolean, message: string): readonly string[] => (condition ? [message] : [])
