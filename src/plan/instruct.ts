// One instruction in, one step out: what it does to the stage's state and what is left to do when the plan runs.
import { Fault, type Platform, printPlatform } from '../core/index.ts'
import {
  type ArgInstruction,
  type Command,
  type EnvInstruction,
  type Escape,
  expandWord,
  type HealthcheckInstruction,
  type Instruction,
  type InstructionKind,
  parseMount,
  parsePorts,
  type RunInstruction,
  readRun,
} from '../dockerfile/index.ts'
import { type BuildArguments, entersEnvironment, proxyEnvironment } from './arguments.ts'
import {
  commandCreatedBy,
  healthcheckConfig,
  healthcheckCreatedBy,
  listCreatedBy,
  pairsCreatedBy,
  runCreatedBy,
} from './created-by.ts'
import { copyStep } from './instruct-copy.ts'
import { parseSignal } from './signals.ts'
import {
  argumentNames,
  environmentOf,
  lookupIn,
  nextWorkdir,
  normalWorkdir,
  type StageState,
  setImageVariable,
  setVariable,
  shellOf,
  workdirOf,
} from './state.ts'
import type { FileSource, PlannedMount, Step } from './step.ts'

/** What an instruction may ask for beyond its own stage. */
export interface Scope {
  readonly given: BuildArguments
  /** The arguments before the first FROM and the platform's. */
  readonly global: ReadonlyMap<string, string>
  readonly escape: Escape
  readonly network: 'host' | 'none'
  readonly platform: Platform
  /** Where COPY without `--from` takes files from. */
  readonly context: FileSource
  /** Resolves `--from`: an earlier stage or an image. */
  readonly findSource: (name: string) => Promise<FileSource>
  /** Called with each argument that an ARG declares. */
  readonly declared: (name: string) => void
}

type Instruct<Kind extends InstructionKind> = (
  instruction: Extract<Instruction, { kind: Kind }>,
  state: StageState,
  scope: Scope,
) => Done | Promise<Done>

/** The step without what every step has; `undefined` leaves no trace in the history. */
type Done =
  | ({ readonly createdBy: string } & DistributiveOmit<Step, 'name' | 'place' | 'createdBy'>)
  | undefined
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

const config = (createdBy: string): Done => ({ kind: 'config', createdBy })

/** Applies an expanded instruction to `state` and says what step it makes. */
export async function instruct(
  instruction: Instruction,
  state: StageState,
  scope: Scope,
): Promise<Step | undefined> {
  const handler = handlers[instruction.kind] as Instruct<InstructionKind>
  const done = await handler(instruction as never, state, scope)
  if (done === undefined) return undefined
  return { ...done, name: instruction.text, place: instruction.place } as Step
}

const handlers: { readonly [Kind in InstructionKind]: Instruct<Kind> } = {
  FROM: () => undefined,
  RUN: run,
  COPY: async (instruction, state, scope) => {
    const { from, parents } = instruction.flags
    const source = from === undefined ? scope.context : await scope.findSource(from)
    return copyStep(instruction, state, { source, parents, unpack: false })
  },
  ADD: (instruction, state, scope) =>
    copyStep(instruction, state, {
      source: scope.context,
      parents: false,
      unpack: instruction.flags.unpack,
    }),
  ENV: env,
  ARG: arg,
  HEALTHCHECK: healthcheck,
  LABEL: ({ pairs }, state) => {
    state.config.Labels = {
      ...state.config.Labels,
      ...Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
    }
    return config(pairsCreatedBy('LABEL', pairs))
  },
  WORKDIR: ({ path }, state) => {
    const workdir = nextWorkdir(workdirOf(state), path)
    state.config.WorkingDir = workdir
    const createdBy = `WORKDIR ${workdir}`
    const made = normalWorkdir('/', workdir)
    if (made === '/') return config(createdBy)
    return { kind: 'workdir', path: made, user: state.config.User ?? '', createdBy }
  },
  USER: ({ user }, state) => {
    state.config.User = user
    return config(`USER ${user}`)
  },
  EXPOSE: ({ ports }, state) => {
    const texts = parsePorts(ports).map(({ text }) => text)
    state.config.ExposedPorts = {
      ...state.config.ExposedPorts,
      ...Object.fromEntries(texts.map((text) => [text, {}])),
    }
    return config(listCreatedBy('EXPOSE', texts))
  },
  VOLUME: ({ paths }, state) => {
    if (paths.includes('')) throw new Fault('dockerfile.invalid', 'VOLUME: a path cannot be empty')
    state.config.Volumes = { ...state.config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) }
    return config(listCreatedBy('VOLUME', paths))
  },
  CMD: ({ command }, state) => {
    const args = argumentsOf(command, state)
    state.config.Cmd = args
    state.config.ArgsEscaped = true
    state.commandSet = true
    return config(commandCreatedBy('CMD', args))
  },
  ENTRYPOINT: ({ command }, state) => {
    const args = argumentsOf(command, state)
    state.config.Entrypoint = args
    if (!state.commandSet) delete state.config.Cmd
    return config(commandCreatedBy('ENTRYPOINT', args))
  },
  SHELL: ({ args }, state) => {
    state.config.Shell = args
    return config(listCreatedBy('SHELL', args))
  },
  STOPSIGNAL: ({ signal }, state) => {
    parseSignal(signal)
    state.config.StopSignal = signal
    return config(`STOPSIGNAL ${signal}`)
  },
  ONBUILD: ({ trigger }, state) => {
    state.config.OnBuild = [...(state.config.OnBuild ?? []), trigger]
    return undefined
  },
  MAINTAINER: ({ name }, state) => {
    state.author = name
    return config(`MAINTAINER ${name}`)
  },
}

function env({ pairs }: EnvInstruction, state: StageState): Done {
  for (const { key, value } of pairs) setImageVariable(state, key, value)
  return config(pairsCreatedBy('ENV', pairs))
}

function arg({ args }: ArgInstruction, state: StageState, scope: Scope): Done {
  const texts: string[] = []
  for (const { key, default: preset } of args) {
    scope.declared(key)
    const value =
      scope.given.get(key) ??
      (preset === undefined
        ? scope.global.get(key)
        : expandWord(preset, lookupIn(state), { escape: scope.escape }).text)
    if (value !== undefined && entersEnvironment(key)) setVariable(state, key, value)
    state.buildArgs.set(key, value ?? '')
    texts.push(value === undefined ? key : `${key}=${value}`)
  }
  return config(`ARG ${texts.join(' ')}`)
}

function healthcheck({ check }: HealthcheckInstruction, state: StageState): Done {
  const value = healthcheckConfig(check, (command) => argumentsOf(command, state))
  state.config.Healthcheck = value
  return config(healthcheckCreatedBy(value))
}

async function run(instruction: RunInstruction, state: StageState, scope: Scope): Promise<Done> {
  const read = readRun(instruction)
  const script = read.form === 'script' ? { path: `/dev/pipes/${read.name}`, body: read.body } : undefined
  const args =
    read.form === 'exec'
      ? read.args
      : [...shellOf(state), read.form === 'shell' ? read.text : `/dev/pipes/${read.name}`]
  const mounts: PlannedMount[] = []
  for (const raw of instruction.mounts) {
    const mount = parseMount(raw)
    mounts.push({ mount, source: await mountSource(mount, scope), target: mountTarget(mount, state) })
  }
  const buildArgs = [...state.buildArgs].map(([name, value]) => `${name}=${state.env.get(name) ?? value}`)
  const network =
    instruction.network === undefined || instruction.network === 'default'
      ? scope.network
      : instruction.network
  return {
    kind: 'run',
    createdBy: runCreatedBy(args, buildArgs),
    args,
    script,
    env: environmentOf(state),
    argumentNames: argumentNames(state),
    proxyEnv: proxyEnvironment(scope.given),
    workdir: workdirOf(state),
    user: state.config.User ?? '',
    mounts,
    devices: instruction.devices,
    network,
    security: instruction.security ?? 'sandbox',
    platform: printPlatform(scope.platform),
  }
}

function mountSource(mount: PlannedMount['mount'], scope: Scope): Promise<FileSource> | FileSource {
  if (mount.type !== 'bind' && mount.type !== 'cache') return { from: 'nothing' }
  if (mount.from !== undefined && mount.from !== '') return scope.findSource(mount.from)
  return mount.type === 'bind' ? scope.context : { from: 'nothing' }
}

function mountTarget(mount: PlannedMount['mount'], state: StageState): string | undefined {
  if (mount.target === undefined) return undefined
  const target = normalWorkdir(workdirOf(state), mount.target)
  if (target === '/')
    throw new Fault(
      'dockerfile.invalid',
      `invalid mount target "${mount.target}": the root cannot be mounted over`,
    )
  return target
}

function argumentsOf(command: Command, state: StageState): readonly string[] {
  return command.form === 'exec' ? command.args : [...shellOf(state), command.text]
}
