// The rules of a gate: dive's three, under both their names, and those it lacks. A rule is read from text once and then judges.
import { Fault } from '../../core/index.ts'
import { parseBytes } from './bytes.ts'
import type { Judged } from './judged.ts'

/** Values as people write them; `disabled`, `off`, `false` and nothing switch a rule off. */
export type RuleValues = Readonly<Partial<Record<RuleKey, string>>>

export type RuleKey =
  | 'lowestEfficiency'
  | 'highestWastedBytes'
  | 'highestUserWastedPercent'
  | 'highestReclaimableBytes'
  | 'highestReclaimablePercent'
  | 'highestLayers'
  | 'highestSecrets'

export interface Rule {
  readonly key: RuleKey
  /** In words, for reports that list rules. */
  readonly about: string
  /** What is switched on where nobody says otherwise. */
  readonly default: string
  /** Reads a value; the result says why an image fails, or nothing. Faults with `usage.invalid`. */
  readonly read: (value: string) => (judged: Judged) => string | undefined
}

export const rules: readonly Rule[] = [
  {
    key: 'lowestEfficiency',
    about: "dive's efficiency is at least this, from 0 to 1",
    default: '0.9',
    read(value) {
      const threshold = ratio('lowestEfficiency', value)
      return ({ dive, wasteCounts }) =>
        threshold > dive.efficiency && wasteCounts(dive.wastedBytes)
          ? `image efficiency is too low (efficiency=${dive.efficiency.toFixed(2)} < threshold=${threshold})`
          : undefined
    },
  },
  {
    key: 'highestWastedBytes',
    about: "dive's wasted bytes are no more than this",
    default: 'disabled',
    read(value) {
      const threshold = bytes('highestWastedBytes', value)
      return ({ dive }) =>
        dive.wastedBytes > threshold
          ? `too many bytes wasted (wasted-bytes=${dive.wastedBytes} > threshold=${threshold})`
          : undefined
    },
  },
  {
    key: 'highestUserWastedPercent',
    about: "dive's wasted bytes, as a part of the bytes above the base, are no more than this, from 0 to 1",
    default: '0.1',
    read(value) {
      const threshold = ratio('highestUserWastedPercent', value)
      return ({ dive, wasteCounts }) =>
        dive.wastedUserPercent > threshold && wasteCounts(dive.wastedBytes)
          ? `too many bytes wasted, relative to the user bytes added (%-user-wasted-bytes=${dive.wastedUserPercent.toFixed(2)} > threshold=${threshold})`
          : undefined
    },
  },
  {
    key: 'highestReclaimableBytes',
    about: 'bytes that are shipped and not to be seen are no more than this',
    default: 'disabled',
    read(value) {
      const threshold = bytes('highestReclaimableBytes', value)
      return ({ reclaimableBytes }) =>
        reclaimableBytes > threshold
          ? `too many bytes are shipped and not to be seen (reclaimable-bytes=${reclaimableBytes} > threshold=${threshold})`
          : undefined
    },
  },
  {
    key: 'highestReclaimablePercent',
    about:
      'bytes that are shipped and not to be seen are no more than this part of those shipped, from 0 to 1',
    default: 'disabled',
    read(value) {
      const threshold = ratio('highestReclaimablePercent', value)
      return ({ reclaimableBytes, shippedBytes, wasteCounts }) => {
        const part = shippedBytes === 0 ? 0 : reclaimableBytes / shippedBytes
        return part > threshold && wasteCounts(reclaimableBytes)
          ? `too much is shipped and not to be seen (%-reclaimable-bytes=${part.toFixed(2)} > threshold=${threshold})`
          : undefined
      }
    },
  },
  {
    key: 'highestLayers',
    about: 'there are no more layers than this',
    default: 'disabled',
    read(value) {
      const threshold = /^\d+$/.test(value.trim())
        ? Number(value)
        : invalid('highestLayers', value, 'a number of layers')
      return ({ layers }) =>
        layers > threshold ? `too many layers (layers=${layers} > threshold=${threshold})` : undefined
    },
  },
  {
    key: 'highestSecrets',
    about: 'there are no more secrets of high or medium severity than this',
    default: 'disabled',
    read(value) {
      const threshold = /^\d+$/.test(value.trim())
        ? Number(value)
        : invalid('highestSecrets', value, 'a number of secrets')
      return ({ secrets }) => {
        if (secrets === undefined)
          throw new Fault('usage.invalid', 'highestSecrets: the image was not searched for secrets')
        return secrets > threshold
          ? `too many secrets (secrets=${secrets} > threshold=${threshold}); peel secrets tells them`
          : undefined
      }
    },
  },
]

export function isDisabled(value: string): boolean {
  return /^(|disabled|off|false)$/i.test(value.trim())
}

function ratio(key: RuleKey, value: string): number {
  const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(number)) invalid(key, value, 'a number from 0 to 1')
  if (number < 0 || number > 1)
    throw new Fault(
      'usage.invalid',
      `${key} config value is outside allowed range (0-1), given '${number.toFixed(6)}'`,
    )
  return number
}

function bytes(key: RuleKey, value: string): number {
  return parseBytes(value) ?? invalid(key, value, 'a size such as 20MB')
}

function invalid(key: RuleKey, value: string, wanted: string): never {
  throw new Fault('usage.invalid', `invalid ${key} config value, given "${value}": it is not ${wanted}`, {
    hint: 'disabled switches the rule off',
  })
}
