// SOURCE_DATE_EPOCH: the moment that clamps all times of an image, as a build argument or as the default of an ARG before the first FROM.
import { Fault } from '../core/index.ts'
import type { BuildArguments } from './arguments.ts'

const name = 'SOURCE_DATE_EPOCH'

export interface ResolvedEpoch {
  /** Seconds since 1970; absent where none was asked for, or the context has no time. */
  readonly epoch: number | undefined
  /** The arguments, in which `context` became a number, or nothing. */
  readonly given: BuildArguments
  readonly global: ReadonlyMap<string, string>
}

/**
 * Reads the epoch that was given, else the default. `context` means when the context was made (`contextTime`, seconds): the commit of
 * a repository, the Last-Modified of a URL; a directory has none. Faults with `argument.missing` on anything but a number.
 */
export function resolveEpoch(
  given: BuildArguments,
  global: ReadonlyMap<string, string>,
  contextTime: number | undefined,
): ResolvedEpoch {
  const text = given.get(name) ?? global.get(name) ?? ''
  if (text !== 'context') return { epoch: epochOf(text), given, global }
  const resolved = (values: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
    if (!values.has(name)) return values
    const others = [...values].filter(([key]) => key !== name)
    return new Map(contextTime === undefined ? others : [...others, [name, String(contextTime)]])
  }
  return { epoch: contextTime, given: resolved(given), global: resolved(global) }
}

function epochOf(text: string): number | undefined {
  if (text === '') return undefined
  if (!/^\d+$/.test(text))
    throw new Fault('argument.missing', `invalid SOURCE_DATE_EPOCH: ${text}`, {
      hint: 'write a number of seconds since 1970, or "context"',
    })
  return Number(text)
}
