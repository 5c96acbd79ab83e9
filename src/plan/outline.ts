// What can be given to a build from outside: the arguments, secrets and agents of the stages that its target needs, as docker's
// `--call=outline` tells them.
import { hostPlatform, type Place } from '../core/index.ts'
import {
  type ArgDeclaration,
  type Dockerfile,
  expandInstruction,
  expandWord,
  type Lookup,
  parseMount,
  type Stage,
} from '../dockerfile/index.ts'
import { type BuildArguments, platformArguments } from './arguments.ts'
import { type Plan, type PlannedStage, stagesOf } from './step.ts'

export interface OutlineArgument {
  readonly name: string
  /** What it stands for with the arguments given; absent when it has no value. */
  readonly value?: string | undefined
  /** From the comment above that begins with its name. */
  readonly description?: string | undefined
  readonly place: Place
}

/** A secret or an agent by its id. */
export interface OutlineNeed {
  readonly name: string
  readonly required: boolean
  readonly place: Place
}

export interface BuildOutline {
  /** The target's name in lower case, and the comment above it. */
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** Each by line. What several stages name is told once, as the stage nearest to the target has it. */
  readonly args: readonly OutlineArgument[]
  readonly secrets: readonly OutlineNeed[]
  readonly ssh: readonly OutlineNeed[]
}

interface Known extends OutlineArgument {
  /** Arguments that its default names. */
  readonly needs: ReadonlySet<string>
}

/** What one stage makes known; a stage that is built on another starts with that one's. */
interface StageView {
  readonly known: Map<string, Known>
  readonly values: Map<string, string>
  readonly used: Set<string>
  readonly secret: Map<string, OutlineNeed>
  readonly ssh: Map<string, OutlineNeed>
}

/** Works out the outline of a plan's target. Faults with `dockerfile.invalid` where a default cannot be expanded. */
export function outlineOf(file: Dockerfile, plan: Plan, given: BuildArguments): BuildOutline {
  const words = { escape: file.escape }
  const global: StageView = {
    known: new Map(),
    values: platformArguments(
      plan.stages.at(-1)?.platform ?? hostPlatform(),
      file.stages[plan.target]?.name,
      given,
    ),
    used: new Set(),
    secret: new Map(),
    ssh: new Map(),
  }
  const declare = (view: StageView, argument: ArgDeclaration, place: Place, inherited: Lookup): void => {
    const { key, default: preset, description } = argument
    const lookup: Lookup = (name) => view.values.get(name)
    const expanded = preset === undefined ? undefined : expandWord(preset, lookup, words)
    const own = given.get(key) ?? expanded?.text
    const value = own ?? inherited(key)
    if (value !== undefined) view.values.set(key, value)
    // an argument that only takes over what stands before the first FROM is told from there
    if (own !== undefined || value === undefined)
      view.known.set(key, { name: key, value, description, place, needs: expanded?.used ?? new Set() })
  }
  for (const { args, place } of file.globalArgs)
    for (const argument of args) declare(global, argument, place, () => undefined)

  const views = new Map<number, StageView>()
  for (const planned of plan.stages) {
    const stage = file.stages[planned.index]
    if (stage === undefined) continue
    const view = startView(planned, stage)
    views.set(planned.index, view)
    for (const instruction of stage.instructions) {
      if (instruction.kind === 'ARG')
        for (const argument of instruction.args) {
          declare(view, argument, instruction.place, (name) => global.values.get(name))
          view.used.add(argument.key)
        }
      else if (instruction.kind === 'ENV') {
        const { pairs } = expandInstruction(instruction, (name) => view.values.get(name), words).instruction
        for (const { key, value } of pairs) view.values.set(key, value)
      } else if (instruction.kind === 'RUN') {
        const { mounts } = expandInstruction(instruction, (name) => view.values.get(name), words).instruction
        for (const raw of mounts) {
          const mount = parseMount(raw)
          if (mount.type !== 'secret' && mount.type !== 'ssh') continue
          const need = { name: mount.id, required: mount.required, place: instruction.place }
          keepFirst(view[mount.type], need)
        }
      }
    }
  }

  const args = new Map<string, OutlineArgument>()
  const secrets = new Map<string, OutlineNeed>()
  const ssh = new Map<string, OutlineNeed>()
  for (const view of nearestFirst(plan).flatMap((index) => views.get(index) ?? [])) {
    for (const name of withNeeds(view)) {
      const found = view.known.get(name)
      if (found !== undefined) keepFirst(args, withoutNeeds(found))
    }
    for (const need of view.secret.values()) keepFirst(secrets, need)
    for (const need of view.ssh.values()) keepFirst(ssh, need)
  }
  const target = file.stages[plan.target]
  const byLine = <T extends { readonly place: Place }>(list: Iterable<T>): readonly T[] =>
    [...list].sort((a, b) => a.place.line - b.place.line)
  return {
    name: target?.name,
    description: target?.from.description,
    args: byLine(args.values()),
    secrets: byLine(secrets.values()),
    ssh: byLine(ssh.values()),
  }

  function startView(planned: PlannedStage, { from }: Stage): StageView {
    const base = planned.base.kind === 'stage' ? views.get(planned.base.stage) : undefined
    const used = new Set<string>()
    for (const text of [from.image, from.platform ?? ''])
      for (const name of expandWord(text, (key) => global.values.get(key), words).used) used.add(name)
    return {
      known: new Map(base?.known ?? global.known),
      values: new Map(base?.values ?? imageVariables(planned)),
      used: new Set([...(base?.used ?? []), ...used]),
      secret: new Map(),
      ssh: new Map(),
    }
  }
}

function imageVariables({ base }: PlannedStage): readonly (readonly [string, string])[] {
  const env = base.kind === 'image' ? (base.image.config.config?.Env ?? []) : []
  return env.map((text) => [text.replace(/=.*$/s, ''), text.slice(`${text}=`.indexOf('=') + 1)])
}

/** The target, the stages that it is built on, and those that they take files from. */
function nearestFirst(plan: Plan): readonly number[] {
  const order = new Set<number>()
  const visit = (index: number): void => {
    const stage = plan.stages.find((planned) => planned.index === index)
    if (stage === undefined || order.has(index)) return
    order.add(index)
    if (stage.base.kind === 'stage') visit(stage.base.stage)
    for (const needed of stage.steps.flatMap(stagesOf)) visit(needed)
  }
  visit(plan.target)
  return [...order]
}

function keepFirst<T extends { readonly name: string }>(map: Map<string, T>, item: T): void {
  if (!map.has(item.name)) map.set(item.name, item)
}

/** The arguments that a stage uses, and those that their defaults name. */
function withNeeds({ used, known }: StageView): ReadonlySet<string> {
  const all = new Set(used)
  for (const name of all) for (const needed of known.get(name)?.needs ?? []) all.add(needed)
  return all
}

function withoutNeeds({ name, value, description, place }: Known): OutlineArgument {
  return { name, value, description, place }
}
