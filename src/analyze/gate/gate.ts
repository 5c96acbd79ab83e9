// A gate: rules with their values, applied to what is judged. Pass or fail, and a line for each rule.
import { Fault } from '../../core/index.ts'
import type { Judged } from './judged.ts'
import { isDisabled, type RuleKey, type RuleValues, rules } from './rules.ts'

export interface RuleResult {
  readonly key: RuleKey
  readonly about: string
  readonly status: 'passed' | 'failed' | 'disabled'
  /** The value of the rule where it passed, else why it failed, or `disabled`. */
  readonly message: string
}

export interface GateResult {
  readonly passed: boolean
  /** dive's own rules always, the others where they are switched on; by key. */
  readonly results: readonly RuleResult[]
  readonly judged: Judged
}

const ofDive: ReadonlySet<RuleKey> = new Set([
  'lowestEfficiency',
  'highestWastedBytes',
  'highestUserWastedPercent',
])

type Gate = (judged: Judged) => GateResult

/** Reads the values of all rules; those that are not given have their defaults. Faults with `usage.invalid`, naming every bad value. */
export function createGate(values: RuleValues): Gate {
  const problems: Fault[] = []
  const read = rules.map(({ key, about, default: usual, read: readValue }) => {
    const value = values[key] ?? usual
    try {
      return { key, about, value, judge: isDisabled(value) ? undefined : readValue(value) }
    } catch (thrown) {
      problems.push(thrown as Fault)
      return { key, about, value, judge: undefined }
    }
  })
  const [first] = problems
  if (first !== undefined)
    throw new Fault('usage.invalid', problems.map(({ message }) => message).join('\n'), first.details)
  return (judged) => {
    const results = read
      .filter(({ key, judge }) => ofDive.has(key) || judge !== undefined)
      .map(({ key, about, value, judge }): RuleResult => {
        if (judge === undefined) return { key, about, status: 'disabled', message: 'disabled' }
        const reason = judge(judged)
        return { key, about, status: reason === undefined ? 'passed' : 'failed', message: reason ?? value }
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return { passed: results.every(({ status }) => status !== 'failed'), results, judged }
  }
}
