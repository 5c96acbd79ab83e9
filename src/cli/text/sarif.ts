// A report as SARIF 2.1.0, which code hosts show beside the lines of a change.
import type { CheckReport } from '../../engine/index.ts'

/** A JSON value; lines and columns count from 1, columns in UTF-16 units, as SARIF has it by default. */
export function printSarif(report: CheckReport, version: string): object {
  const rules = new Map(report.warnings.map((warning) => [warning.rule, warning]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'peel',
            version,
            rules: [...rules.values()].map(({ rule, description, url }) => ({
              id: rule,
              shortDescription: { text: description },
              ...(url !== undefined && { helpUri: url }),
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: report.warnings.map(({ rule, message, place }) => ({
          ruleId: rule,
          level: 'warning',
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(place.file) },
                region: {
                  startLine: place.line,
                  startColumn: place.column,
                  endLine: place.endLine,
                  endColumn: place.endColumn,
                },
              },
            },
          ],
        })),
      },
    ],
  }
}
