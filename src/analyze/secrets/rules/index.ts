// All rules, one table. A rule's page is docs/rules/secrets.md#ID.
import { createHash } from 'node:crypto'
import type { SecretRule } from '../types.ts'
import { cloudRules } from './cloud.ts'
import { forgeRules } from './forges.ts'
import { keyRules } from './keys.ts'
import { messagingRules } from './messaging.ts'
import { passwordRules } from './passwords.ts'
import { vendorRules } from './vendors.ts'

export const secretRules: readonly SecretRule[] = [
  ...keyRules,
  ...cloudRules,
  ...forgeRules,
  ...messagingRules,
  ...vendorRules,
  ...passwordRules,
]

let fingerprint: string | undefined

/** Changes whenever a rule does, so that what was scanned by other rules is scanned again. */
export function ruleSetId(): string {
  fingerprint ??= createHash('sha256')
    .update(
      JSON.stringify(
        secretRules.map((rule) => [
          rule.id,
          rule.in,
          rule.keywords,
          rule.pattern.source,
          rule.reach,
          rule.path?.source,
          String(rule.accept),
        ]),
      ),
    )
    .digest('hex')
    .slice(0, 8)
  return fingerprint
}
