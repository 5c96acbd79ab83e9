// Which words name which command. Each module is loaded when its command is called, so `peel images` does not pay for `peel build`.
import { Fault } from '../core/index.ts'
import type { Command } from './command.ts'
import { nearest } from './text/nearest.ts'

type Load = () => Promise<{ readonly default: Command }>

/** The commands, in the order of the main help. */
export const commands: Readonly<Record<string, Load>> = {
  build: () => import('./commands/build.ts'),
  fix: () => import('./commands/fix.ts'),
  why: () => import('./commands/why.ts'),
  builds: () => import('./commands/builds.ts'),
  logs: () => import('./commands/logs.ts'),
  run: () => import('./commands/run.ts'),
  pull: () => import('./commands/pull.ts'),
  push: () => import('./commands/push.ts'),
  copy: () => import('./commands/copy.ts'),
  tags: () => import('./commands/tags.ts'),
  delete: () => import('./commands/delete.ts'),
  referrers: () => import('./commands/referrers.ts'),
  login: () => import('./commands/login.ts'),
  logout: () => import('./commands/logout.ts'),
  images: () => import('./commands/images.ts'),
  history: () => import('./commands/history.ts'),
  dive: () => import('./commands/dive.ts'),
  waste: () => import('./commands/waste.ts'),
  secrets: () => import('./commands/secrets.ts'),
  diff: () => import('./commands/diff.ts'),
  squash: () => import('./commands/squash.ts'),
  flatten: () => import('./commands/flatten.ts'),
  rebase: () => import('./commands/rebase.ts'),
  inspect: () => import('./commands/inspect.ts'),
  report: () => import('./commands/report.ts'),
  ui: () => import('./commands/ui.ts'),
  tag: () => import('./commands/tag.ts'),
  rmi: () => import('./commands/rmi.ts'),
  save: () => import('./commands/save.ts'),
  load: () => import('./commands/load.ts'),
  import: () => import('./commands/import.ts'),
  export: () => import('./commands/export.ts'),
  prune: () => import('./commands/prune.ts'),
  du: () => import('./commands/du.ts'),
  doctor: () => import('./commands/doctor.ts'),
  version: () => import('./commands/version.ts'),
}

/** Commands that only a group has. */
export const inGroups: Readonly<Record<string, Load>> = {
  'cache ls': () => import('./commands/cache-ls.ts'),
  'cache prune': () => import('./commands/cache-prune.ts'),
  'cache export': () => import('./commands/cache-export.ts'),
  'cache import': () => import('./commands/cache-import.ts'),
  'context ls': () => import('./commands/context-ls.ts'),
  'context why': () => import('./commands/context-why.ts'),
  'manifest create': () => import('./commands/manifest-create.ts'),
  'manifest push': () => import('./commands/manifest-push.ts'),
  'manifest inspect': () => import('./commands/manifest-inspect.ts'),
}

/** Docker's groups: the second word and the command it stands for. */
export const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cache: { ls: 'cache ls', prune: 'cache prune', export: 'cache export', import: 'cache import' },
  context: { ls: 'context ls', why: 'context why' },
  image: {
    build: 'build',
    pull: 'pull',
    push: 'push',
    ls: 'images',
    list: 'images',
    history: 'history',
    inspect: 'inspect',
    tag: 'tag',
    rm: 'rmi',
    remove: 'rmi',
    save: 'save',
    load: 'load',
    import: 'import',
    prune: 'prune',
  },
  manifest: { create: 'manifest create', inspect: 'manifest inspect', push: 'manifest push' },
  container: { run: 'run' },
  builder: { build: 'build', prune: 'prune' },
  buildx: { build: 'build', b: 'build', du: 'du', prune: 'prune' },
  system: { df: 'du', prune: 'prune' },
}

export type Found =
  | {
      readonly kind: 'command'
      readonly load: Load
      readonly typed: string
      readonly rest: readonly string[]
    }
  | { readonly kind: 'group'; readonly name: string; readonly rest: readonly string[] }

/** Finds the command that the first words name; faults with `usage.invalid` when there is none. */
export function findCommand(words: readonly string[]): Found {
  const [first = '', second] = words
  if (Object.hasOwn(commands, first))
    return { kind: 'command', load: commands[first]!, typed: `peel ${first}`, rest: words.slice(1) }
  if (!Object.hasOwn(groups, first)) throw unknown(`peel ${first}`, 'peel', first, known())
  const group = groups[first]!
  if (second === undefined || second.startsWith('-'))
    return { kind: 'group', name: first, rest: words.slice(1) }
  if (!Object.hasOwn(group, second))
    throw unknown(`peel ${first} ${second}`, `peel ${first}`, second, Object.keys(group))
  const typed = `peel ${first} ${second}`
  return { kind: 'command', load: commandOf(group[second]!), typed, rest: words.slice(2) }
}

function known(): readonly string[] {
  return [...Object.keys(commands), ...Object.keys(groups), 'help']
}

function unknown(typed: string, above: string, word: string, names: readonly string[]): Fault {
  const suggestion = nearest(word, names)
  const help = `See '${above} --help'`
  return new Fault('usage.invalid', `unknown command: ${typed}`, {
    hint: suggestion === undefined ? help : `Did you mean '${above} ${suggestion}'? ${help}`,
  })
}

/** The command that a group's word stands for. */
export function commandOf(name: string): Load {
  return commands[name] ?? inGroups[name]!
}
