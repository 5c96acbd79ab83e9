// What a command is: data for the parser and for `--help`, and a function that draws on a shell.

import { Fault } from '../core/index.ts'
import type { Flag, FlagTable, FlagValues } from './flags.ts'
import { parseFlags } from './flags.ts'
import { printHelp } from './help.ts'
import type { Shell } from './shell.ts'

export interface CommandDefinition<Table extends FlagTable> {
  /** As typed after `peel`. */
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What follows the flags: `IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string
  /** More than the summary says, for `--help`. */
  readonly details?: string
  readonly flags: Table
  readonly words: { readonly min: number; readonly max?: number; readonly stop?: 'first' }
  /** Returns the exit status; faults are drawn by the caller. */
  run(given: Given<Table>, shell: Shell): Promise<number>
}

export interface Given<Table extends FlagTable> {
  readonly flags: FlagValues<Table>
  readonly words: readonly string[]
}

/** A command whose flag types are no longer known: what the table of commands holds. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly flags: FlagTable
  /** Reads the arguments, then runs. `typed` is what the user called it (`peel image ls`). */
  invoke(argv: readonly string[], typed: string, shell: Shell): Promise<number>
}

/** Flags that every command has. */
export const globalFlags = {
  root: { kind: 'text', value: 'DIR', about: 'Where images are kept (default: PEEL_ROOT, else by user)' },
  debug: { kind: 'switch', about: 'Show where an internal error comes from', hidden: true },
} as const satisfies Record<string, Flag>

export function defineCommand<const Table extends FlagTable>(definition: CommandDefinition<Table>): Command {
  const { name, summary, usage, details, words } = definition
  const flags: FlagTable = { ...globalFlags, ...definition.flags }
  return {
    name,
    summary,
    usage,
    flags,
    async invoke(argv, typed, shell) {
      const parsed = parseFlags(flags, argv, { command: typed, stop: words.stop ?? 'never' })
      if (parsed.kind === 'help') {
        shell.out.write(printHelp({ name: typed, summary, usage, details, flags }))
        return 0
      }
      checkCount(parsed.words.length, words, typed)
      const root = parsed.flags.root
      const given = { flags: parsed.flags as FlagValues<Table>, words: parsed.words }
      return definition.run(given, typeof root === 'string' ? shell.at(root) : shell)
    },
  }
}

function checkCount(count: number, words: { min: number; max?: number }, typed: string): void {
  const { min, max } = words
  if (count >= min && (max === undefined || count <= max)) return
  const noun = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`
  const wanted =
    max === 0
      ? 'accepts no arguments'
      : min === max
        ? `requires ${noun(min)}`
        : count < min
          ? `requires at least ${noun(min)}`
          : `requires at most ${noun(max!)}`
  throw new Fault('usage.invalid', `'${typed}' ${wanted}`, { hint: `See '${typed} --help'` })
}
