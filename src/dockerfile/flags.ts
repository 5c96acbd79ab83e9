// Reads `--name=value` flags against what an instruction knows. Booleans may go without a value; only lists may come twice.
import type { Fail } from './head.ts'
import { didYouMean } from './suggest.ts'
import type { Word } from './text.ts'

export type FlagKind = 'boolean' | 'text' | 'list'

export interface Flags {
  text(name: string): string | undefined
  list(name: string): readonly string[]
  boolean(name: string): boolean | undefined
  /** Where the flag was written, for errors in its value. */
  word(name: string, index?: number): Word | undefined
}

/** Faults with `dockerfile.invalid` on flags that are unknown, double or lack a fitting value. */
export function parseFlags(
  words: readonly Word[],
  known: Readonly<Record<string, FlagKind>>,
  fail: Fail,
): Flags {
  const values = new Map<string, { readonly word: Word; readonly value: string | undefined }[]>()
  const names = Object.keys(known)
  for (const word of words) {
    const equals = word.text.indexOf('=')
    const flag = equals < 0 ? word.text : word.text.slice(0, equals)
    const name = flag.slice(2)
    const value = equals < 0 ? undefined : word.text.slice(equals + 1)
    const kind = Object.hasOwn(known, name) ? known[name] : undefined
    if (kind === undefined)
      throw fail(`unknown flag: ${flag}${didYouMean(name, names)}`, word, knownFlags(names))
    const earlier = values.get(name)
    if (earlier !== undefined && kind !== 'list')
      throw fail(`duplicate flag specified: ${flag}`, word, 'remove one of them')
    if (value === undefined ? kind !== 'boolean' : kind === 'boolean' && value === '')
      throw fail(`missing a value on flag: ${flag}`, word, `write ${flag}=VALUE`)
    if (kind === 'boolean' && value !== undefined && !/^(?:true|false)$/i.test(value))
      throw fail(`expecting boolean value for flag ${flag}, not: ${value}`, word, 'write true or false')
    if (earlier === undefined) values.set(name, [{ word, value }])
    else earlier.push({ word, value })
  }
  return {
    text: (name) => values.get(name)?.[0]?.value,
    list: (name) => (values.get(name) ?? []).map(({ value }) => value ?? ''),
    boolean: (name) => {
      const found = values.get(name)?.[0]
      return found && found.value?.toLowerCase() !== 'false'
    },
    word: (name, index = 0) => values.get(name)?.[index]?.word,
  }
}

function knownFlags(names: readonly string[]): string {
  return names.length === 0
    ? 'this instruction takes no flags'
    : `known flags are ${names.map((name) => `--${name}`).join(', ')}`
}
