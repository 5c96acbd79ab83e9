// Tokens whose form alone tells what they are: a fixed beginning and a random rest.
import type { SecretRule } from '../types.ts'

export interface TokenForm {
  readonly id: string
  readonly what: string
  /** The fixed part, as the source of a regular expression; it is what masked output shows. */
  readonly prefix: string
  /** What follows the prefix, as the source of a regular expression. */
  readonly rest: string
  readonly revoke: string
  readonly severity?: SecretRule['severity']
  /** Default: the prefix, which is plain text then. */
  readonly keywords?: readonly string[]
  readonly accept?: SecretRule['accept']
}

const longest = 1024

/** A token that stands alone: no letter or digit touches it on either side. */
export function token({
  id,
  what,
  prefix,
  rest,
  revoke,
  severity = 'high',
  keywords,
  accept,
}: TokenForm): SecretRule {
  return {
    id,
    what,
    severity,
    in: 'any',
    keywords: keywords ?? [prefix.toLowerCase()],
    pattern: new RegExp(`(?<![A-Za-z0-9_])${prefix}(?<secret>${rest})(?![A-Za-z0-9_])`, 'dg'),
    reach: longest,
    revoke,
    ...(accept !== undefined && { accept }),
  }
}
