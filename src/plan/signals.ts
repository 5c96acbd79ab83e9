// The signals that STOPSIGNAL may name (Linux, signal(7)).
import { constants } from 'node:os'
import { Fault } from '../core/index.ts'

/** The number of `SIGTERM`, `TERM`, `sigterm`, `15` or `SIGRTMIN+3`; as in BuildKit any number but 0 is one. Faults with `dockerfile.invalid`. */
export function parseSignal(text: string): number {
  if (/^[+-]?\d+$/.test(text)) {
    const number = Number(text)
    if (number !== 0) return number
  } else {
    const name = text.toUpperCase().replace(/^SIG/, '')
    const known = (constants.signals as Readonly<Record<string, number>>)[`SIG${name}`]
    if (known !== undefined) return known
    const realTime = /^RTM(IN|AX)(?:([+-])(\d+))?$/.exec(name)
    if (realTime !== null) {
      const [, end, sign, offset] = realTime
      const number = (end === 'IN' ? 34 : 64) + (sign === '-' ? -1 : 1) * Number(offset ?? 0)
      if (number >= 34 && number <= 64) return number
    }
  }
  throw new Fault('dockerfile.invalid', `STOPSIGNAL: "${text}" is not a signal`, {
    hint: 'use a name such as SIGTERM or a number such as 15',
  })
}
