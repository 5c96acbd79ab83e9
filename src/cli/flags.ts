// Reads command lines the way docker's commands do: long and short flags, `-it`, `-tvalue`, `--flag=value`, `--`, lists by repetition.
// Flags are data, and the types of the parsed values follow from that data.
import { Fault } from '../core/index.ts'
import { nearest } from './text/nearest.ts'

interface About {
  readonly short?: string
  /** One line for `--help`. */
  readonly about: string
  /** Accepted for docker's sake or rarely needed: not shown by `--help`. */
  readonly hidden?: boolean
}

export type Flag =
  | (About & { readonly kind: 'switch'; readonly default?: boolean })
  | (About & { readonly kind: 'text'; readonly value: string })
  | (About & { readonly kind: 'list'; readonly value: string })
  | (About & { readonly kind: 'choice'; readonly values: readonly string[] })

/** Long names without dashes and what they take. */
export type FlagTable = Readonly<Record<string, Flag>>

type ValueOf<F extends Flag> = F extends { kind: 'switch' }
  ? boolean
  : F extends { kind: 'list' }
    ? readonly string[]
    : F extends { kind: 'choice'; values: readonly (infer V)[] }
      ? V | undefined
      : string | undefined

export type FlagValues<Table extends FlagTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

export type Parsed<Table extends FlagTable> =
  | { readonly kind: 'help' }
  | { readonly kind: 'parsed'; readonly flags: FlagValues<Table>; readonly words: readonly string[] }

export interface ParseOptions {
  /** What the user typed so far, for messages: `peel build`. */
  readonly command: string
  /** `first`: everything from the first word on is words, as `docker run` needs it. */
  readonly stop?: 'never' | 'first'
}

/** Reads `argv` by `table`; faults with `usage.invalid`. `--help` wins unless it stands behind `--` or the stopping word. */
export function parseFlags<const Table extends FlagTable>(
  table: Table,
  argv: readonly string[],
  options: ParseOptions,
): Parsed<Table> {
  const values = new Map<string, boolean | string | string[]>()
  const words: string[] = []
  let at = 0

  const fail = (message: string, suggestion?: string): never => {
    const help = `See '${options.command} --help'`
    throw new Fault('usage.invalid', message, {
      hint: suggestion === undefined ? help : `Did you mean ${suggestion}? ${help}`,
    })
  }
  const argument = (shown: string): string => {
    const next = argv[++at]
    return next ?? fail(`flag needs an argument: ${shown}`)
  }
  const take = (name: string, flag: Flag, shown: string, given: string | undefined): void => {
    if (flag.kind === 'switch') {
      const value = given === undefined ? true : parseSwitch(given)
      values.set(name, value ?? fail(`invalid value "${given}" for ${shown}: it is true or false`))
      return
    }
    const value = given ?? argument(shown)
    if (flag.kind === 'choice' && !flag.values.includes(value)) {
      const list = flag.values.join(', ')
      fail(`invalid value "${value}" for ${shown}: it is one of ${list}`, nearest(value, flag.values))
    }
    if (flag.kind !== 'list') values.set(name, value)
    else values.set(name, [...((values.get(name) as string[] | undefined) ?? []), value])
  }

  for (; at < argv.length; at++) {
    const word = argv[at]!
    if (word === '--') {
      words.push(...argv.slice(at + 1))
      break
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = word.slice(2, equals < 0 ? undefined : equals)
      const flag = Object.hasOwn(table, name) ? table[name] : undefined
      if (flag !== undefined) take(name, flag, `--${name}`, equals < 0 ? undefined : word.slice(equals + 1))
      else if (name === 'help') return { kind: 'help' }
      else fail(`unknown flag: --${name}`, suggestLong(table, name))
    } else if (word.startsWith('-') && word !== '-') {
      for (let i = 1; i < word.length; i++) {
        const letter = word[i]!
        const found = Object.entries(table).find(([, flag]) => flag.short === letter)
        if (found === undefined) {
          if (letter === 'h') return { kind: 'help' }
          return fail(
            `unknown shorthand flag: '${letter}' in ${word}`,
            Object.hasOwn(table, word.slice(1)) ? `-${word}` : undefined,
          )
        }
        const [name, flag] = found
        const rest = word.slice(i + 1)
        const given = rest.startsWith('=') ? rest.slice(1) : rest
        if (flag.kind === 'switch' && !rest.startsWith('=')) take(name, flag, `-${letter}`, undefined)
        else {
          take(name, flag, `-${letter}, --${name}`, rest === '' ? undefined : given)
          break
        }
      }
    } else {
      words.push(word)
      if (options.stop === 'first') {
        words.push(...argv.slice(at + 1))
        break
      }
    }
  }

  const flags: Record<string, unknown> = {}
  for (const [name, flag] of Object.entries(table)) flags[name] = values.get(name) ?? unset(flag)
  return { kind: 'parsed', flags: flags as FlagValues<Table>, words }
}

function unset(flag: Flag): unknown {
  if (flag.kind === 'switch') return flag.default ?? false
  return flag.kind === 'list' ? [] : undefined
}

function parseSwitch(text: string): boolean | undefined {
  if (/^(?:1|t|true)$/i.test(text)) return true
  return /^(?:0|f|false)$/i.test(text) ? false : undefined
}

function suggestLong(table: FlagTable, name: string): string | undefined {
  const shown = Object.keys(table).filter((key) => table[key]!.hidden !== true)
  const found = nearest(name, [...shown, 'help'])
  return found === undefined ? undefined : `--${found}`
}
