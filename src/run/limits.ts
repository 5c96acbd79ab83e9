// Resource limits of a command (setrlimit(2)) in docker's notation.
import { Fault } from '../core/index.ts'

/** Values as the kernel takes them; what is not limited is the largest number. */
export interface Limit {
  /** As in `ulimit`s of docker: `nofile`. */
  readonly name: string
  readonly soft: bigint
  readonly hard: bigint
}

const names =
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ')
const unlimited = 2n ** 64n - 1n

/** Reads `NAME=SOFT[:HARD]`, -1 for no limit; faults with `usage.invalid`. */
export function parseLimit(text: string): Limit {
  const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? []
  if (!names.includes(name) || !isValue(soft) || !isValue(hard))
    throw new Fault('usage.invalid', `invalid ulimit "${text}"`, {
      hint: `write NAME=SOFT[:HARD] with -1 for no limit, NAME being one of ${names.join(', ')}`,
    })
  const limit = { name, soft: numberOf(soft), hard: numberOf(hard) }
  if (limit.soft > limit.hard)
    throw new Fault('usage.invalid', `invalid ulimit "${text}": the soft limit is above the hard limit`)
  return limit
}

function isValue(text: string): boolean {
  return text !== '' && BigInt(text) >= -1n && BigInt(text) <= unlimited
}

function numberOf(text: string): bigint {
  return text === '-1' ? unlimited : BigInt(text)
}
