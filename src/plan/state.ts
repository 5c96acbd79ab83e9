// What the instructions of a stage have said so far: the environment of later steps and the configuration of the image.
import type { Platform } from '../core/index.ts'
import type { Lookup } from '../dockerfile/index.ts'
import type { ContainerConfig, ImageConfig } from '../image/index.ts'
import type { ImageFacts } from './step.ts'

/** docker's PATH where an image sets none. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Changed in place while a stage is planned; a stage that is built on another starts with a copy. */
export interface StageState {
  /** Variables of RUN and of expansion: the image's, ENV's and ARG's, the latest wins. */
  readonly env: Map<string, string>
  /** The arguments declared so far, for the history of RUN; the value is what an argument without one has. */
  readonly buildArgs: Map<string, string>
  readonly config: Writable<ContainerConfig>
  /** The system that the image is for; Windows has another shell and no PATH of its own. */
  readonly os: string
  author: string | undefined
  /** Whether this stage has said CMD: ENTRYPOINT drops one that the base said. */
  commandSet: boolean
}

export function emptyState({ os }: Platform): StageState {
  return stateOf({ WorkingDir: '/' }, { os, author: undefined })
}

/** The state that building on an image starts with. */
export function imageState(config: ImageConfig): StageState {
  return stateOf(structuredClone(config.config ?? {}), config)
}

function stateOf(
  config: Writable<ContainerConfig>,
  { os, author }: { readonly os: string; readonly author?: string | undefined },
): StageState {
  const env = new Map((config.Env ?? []).map(splitVariable))
  if (!env.has('PATH') && os !== 'windows') {
    env.set('PATH', defaultPath)
    config.Env = [...(config.Env ?? []), `PATH=${defaultPath}`]
  }
  if (config.WorkingDir) config.WorkingDir = nextWorkdir('/', config.WorkingDir)
  return { env, buildArgs: new Map(), config, os, author, commandSet: false }
}

/** The state that building on another stage starts with. Arguments are inherited, too, but what the image says goes before them. */
export function childState(parent: StageState): StageState {
  return {
    env: new Map([...parent.env, ...(parent.config.Env ?? []).map(splitVariable)]),
    buildArgs: new Map(parent.buildArgs),
    config: structuredClone(parent.config),
    os: parent.os,
    author: parent.author,
    commandSet: false,
  }
}

export function lookupIn(state: StageState): Lookup {
  return (name) => state.env.get(name)
}

/** Sets a variable of the image: in place where the image has it already, else at the end. */
export function setImageVariable(state: StageState, name: string, value: string): void {
  setVariable(state, name, value)
  const env = state.config.Env ?? []
  const at = env.findIndex((variable) => splitVariable(variable)[0] === name)
  state.config.Env = at < 0 ? [...env, `${name}=${value}`] : env.with(at, `${name}=${value}`)
}

/** Sets a variable of later steps only. */
export function setVariable(state: StageState, name: string, value: string): void {
  state.env.delete(name)
  state.env.set(name, value)
}

export function environmentOf(state: StageState): string[] {
  return [...state.env].map(([name, value]) => `${name}=${value}`)
}

/** The variables of later steps whose value an ARG gives: ENV of the same name wins. */
export function argumentNames(state: StageState): ReadonlySet<string> {
  const image = new Set(state.config.Env)
  return new Set(
    [...state.buildArgs.keys()].filter(
      (name) => state.env.has(name) && !image.has(`${name}=${state.env.get(name)}`),
    ),
  )
}

export function workdirOf(state: StageState): string {
  return state.config.WorkingDir || '/'
}

/** The program that runs shell forms. */
export function shellOf(state: StageState): readonly string[] {
  const shell = state.config.Shell
  if (shell !== undefined && shell.length > 0) return shell
  return state.os === 'windows' ? ['cmd', '/S', '/C'] : ['/bin/sh', '-c']
}

export function factsOf(state: StageState, platform: Platform): ImageFacts {
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    ...(platform['os.version'] !== undefined && { 'os.version': platform['os.version'] }),
    ...(state.author !== undefined && { author: state.author }),
    config: state.config,
  }
}

/** Where WORKDIR leads from `from`: an absolute path stays as it was written, as in BuildKit; a relative one is joined and made clean. */
export function nextWorkdir(from: string, path: string): string {
  if (path === '') return from
  return path.startsWith('/') ? path : normalWorkdir(from, path)
}

/** `path` seen from `from`, clean and absolute; `..` stops at the root. */
export function normalWorkdir(from: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${from}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf('=')
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)]
}
