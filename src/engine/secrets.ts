// Secrets given to a build, read when a step or a download asks for one.
import * as fs from 'node:fs'
import type { ReadSecret } from '../build/index.ts'
import { Fault } from '../core/index.ts'
import type { SecretSource } from './api/index.ts'
import type { Rooms } from './workshop.ts'

/** Faults with `secret.missing` where a secret was given whose source is not there. */
export function secretReader(secrets: readonly SecretSource[], env: Rooms['env']): ReadSecret {
  return (id) => {
    const secret = secrets.find((candidate) => candidate.id === id)
    if (secret === undefined) return undefined
    if (secret.from === 'value') return Buffer.from(secret.value, 'utf8')
    if (secret.from === 'env') {
      const value = env[secret.variable]
      if (value === undefined)
        throw new Fault('secret.missing', `secret ${id}: the environment has no variable ${secret.variable}`)
      return Buffer.from(value, 'utf8')
    }
    try {
      return fs.readFileSync(secret.path)
    } catch (cause) {
      throw new Fault('secret.missing', `secret ${id}: cannot read ${secret.path}`, {
        hint: 'check --secret id=…,src=…',
        cause,
      })
    }
  }
}
