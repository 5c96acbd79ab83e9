// How far the search for secrets is, and what it found.
import type { SecretFinding, SecretsReport } from '../../engine/index.ts'

export type SecretSearch =
  | { readonly kind: 'none' }
  /** Bytes of files looked at, of how many; 0 of 0 before it is known. */
  | { readonly kind: 'running'; readonly done: number; readonly total: number }
  /** By its user or a fault; the screen searches again when it is opened. */
  | { readonly kind: 'stopped'; readonly why: string }
  | { readonly kind: 'done'; readonly report: SecretsReport }

export function findingsOf(search: SecretSearch): readonly SecretFinding[] {
  return search.kind === 'done' ? search.report.findings : []
}
