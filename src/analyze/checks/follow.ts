// One instruction seen with the variables of its stage: what it uses, and what the next one will see.
import {
  type Dockerfile,
  type Escape,
  expandInstruction,
  expandWord,
  type Instruction,
  type Lookup,
  type Stage,
  suggest,
} from '../../dockerfile/index.ts'
import type { ImageConfig } from '../../image/index.ts'
import { type BuildArguments, defaultPath, entersEnvironment, findStage } from '../../plan/index.ts'
import type { InstructionFacts } from './facts.ts'

/** Changed in place while a stage is followed. */
export interface StageVariables {
  readonly env: Map<string, string>
  readonly declared: Set<string>
  /** Whether all of `env` is known. */
  readonly complete: boolean
  shellSet: boolean
  workdirSet: boolean
}

export interface StageStart {
  readonly variables: StageVariables
  /** ONBUILD triggers of the base. */
  readonly triggers: readonly string[]
}

/** The start on an image's configuration, `undefined` for one that is not known. */
export function startOf(base: ImageConfig | 'scratch' | undefined): StageStart {
  const container = base === 'scratch' ? undefined : base?.config
  const env = new Map([['PATH', defaultPath]])
  for (const variable of container?.Env ?? []) {
    const [name = '', ...value] = variable.split('=')
    env.set(name, value.join('='))
  }
  return {
    variables: {
      env,
      declared: new Set(),
      complete: base !== undefined,
      shellSet: (container?.Shell?.length ?? 0) > 0,
      workdirSet: false,
    },
    triggers: container?.OnBuild ?? [],
  }
}

/** The start on another stage. */
export function childOf(end: StageVariables, parent: Stage): StageStart {
  return {
    variables: { ...end, env: new Map(end.env), declared: new Set(end.declared) },
    triggers: parent.instructions.flatMap((instruction) =>
      instruction.kind === 'ONBUILD' ? [instruction.trigger] : [],
    ),
  }
}

export function follow(
  written: Instruction,
  variables: StageVariables,
  scope: {
    readonly given: BuildArguments
    readonly global: ReadonlyMap<string, string>
    readonly escape: Escape
  },
): InstructionFacts {
  const { env, declared, shellSet, workdirSet } = variables
  const lookup: Lookup = (name) => env.get(name)
  const missing = new Map<string, string | undefined>()
  const miss = (names: ReadonlySet<string>): void => {
    for (const name of names)
      if (variables.complete && !declared.has(name) && entersEnvironment(name))
        missing.set(name, suggest(name, [...env.keys()]) || undefined)
  }
  let expanded = written
  if (written.kind === 'ARG') {
    for (const { key, default: preset } of written.args) {
      const given = scope.given.get(key)
      const own = given === undefined && preset !== undefined ? expandWord(preset, lookup, scope) : undefined
      if (own !== undefined) miss(own.missing)
      const value = given ?? own?.text ?? scope.global.get(key)
      if (value !== undefined && entersEnvironment(key)) env.set(key, value)
      declared.add(key)
    }
  } else {
    const result = expandInstruction(written, lookup, scope)
    expanded = result.instruction
    // BuildKit expands the words of EXPOSE without looking for names that nothing sets.
    if (written.kind !== 'EXPOSE') miss(result.missing)
  }
  const facts: InstructionFacts = {
    written,
    expanded,
    undefinedNames: [...missing].map(([name, near]) => ({ name, near })),
    shellSet,
    workdirSet,
  }
  if (expanded.kind === 'ENV') for (const { key, value } of expanded.pairs) env.set(key, value)
  if (expanded.kind === 'SHELL') variables.shellSet = expanded.args.length > 0
  if (expanded.kind === 'WORKDIR') variables.workdirSet = true
  return facts
}

/**
 * The numbers of the stages that one needs, itself among them. Variables in FROM are expanded; those that cannot be name no stage.
 * Triggers count in the stage that is built on theirs.
 */
export function neededStages(file: Dockerfile, target: Stage, lookup: Lookup): ReadonlySet<number> {
  const needed = new Set<number>()
  const visit = (stage: Stage): void => {
    if (needed.has(stage.index)) return
    needed.add(stage.index)
    const name = expandWord(stage.from.image, lookup, { escape: file.escape }).text
    const parent = file.stages[findStage(file, name, stage.index) ?? -1]
    if (parent !== undefined) visit(parent)
    const triggers = parent?.instructions.flatMap((one) => (one.kind === 'ONBUILD' ? [one.instruction] : []))
    for (const source of [...(triggers ?? []), ...stage.instructions].flatMap(sourcesOf)) {
      const index = /^\d+$/.test(source) ? Number(source) : findStage(file, source, stage.index)
      const other = index === undefined || index >= stage.index ? undefined : file.stages[index]
      if (other !== undefined) visit(other)
    }
  }
  visit(target)
  return needed
}

function sourcesOf(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'COPY') return instruction.flags.from === undefined ? [] : [instruction.flags.from]
  if (instruction.kind !== 'RUN') return []
  return instruction.mounts.flatMap(({ fields }) =>
    fields.flatMap(({ key, value }) => (key === 'from' && value !== undefined ? [value] : [])),
  )
}
