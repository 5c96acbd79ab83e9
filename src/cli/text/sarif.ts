// Findings as SARIF 2.1.0, which code hosts show beside the lines of a change.

export interface SarifRule {
  readonly id: string
  readonly about: string
  readonly url?: string | undefined
}

export interface SarifResult {
  readonly rule: string
  readonly level: 'error' | 'warning' | 'note'
  readonly message: string
  readonly file: string
  /** Lines and columns count from 1, columns in UTF-16 units. */
  readonly region: {
    readonly startLine: number
    readonly startColumn?: number
    readonly endLine?: number
    readonly endColumn?: number
  }
  /** What stays the same while a finding does, for hosts that track them. */
  readonly fingerprint?: string | undefined
}

/** A JSON value. A rule that is named twice is listed once. */
export function sarifLog(
  { rules, results }: { readonly rules: readonly SarifRule[]; readonly results: readonly SarifResult[] },
  version: string,
): object {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'peel',
            version,
            rules: [...byId.values()].map(({ id, about, url }) => ({
              id,
              shortDescription: { text: about },
              ...(url !== undefined && { helpUri: url }),
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: results.map(({ rule, level, message, file, region, fingerprint }) => ({
          ruleId: rule,
          level,
          message: { text: message },
          locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region } }],
          ...(fingerprint !== undefined && { partialFingerprints: { peelFinding: fingerprint } }),
        })),
      },
    ],
  }
}
