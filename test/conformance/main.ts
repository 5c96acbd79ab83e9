// `npm run conformance -- [DIR] [--suite NAME]… [--verbose]`: one line a suite. Exit status 1 when a case failed that
// docs/conformance.md does not list as a difference by design.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { casesDirectory, differences, listSuites, type Report, runSuite } from './runner.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', short: 'v' }, suite: { type: 'string', multiple: true } },
})
const directory = path.resolve(positionals[0] ?? casesDirectory())
const found = listSuites(directory)
const chosen = values.suite === undefined ? found : found.filter((name) => values.suite?.includes(name))
if (chosen.length === 0) {
  console.error(
    `${directory} holds no such conformance suite: name the directory that holds SUITE/cases.json`,
  )
  process.exitCode = 1
}

let passed = 0
let failed = 0
let skipped = 0
let unexpected = 0
for (const suite of chosen) {
  const report = await runSuite(directory, suite)
  console.log(`${suite}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`)
  if (values.verbose === true) tell(report)
  passed += report.passed
  failed += report.failed
  skipped += report.skipped
  unexpected += report.unexpected.length
}
if (chosen.length > 1) {
  console.log(`\n${chosen.length} suites, ${passed + failed + skipped} cases, of which passed ${passed}`)
  console.log(
    `failed ${failed} (by design, see docs/conformance.md: ${failed - unexpected}), skipped ${skipped}`,
  )
}
if (unexpected > 0) process.exitCode = 1

function tell(report: Report): void {
  const byDesign = differences().get(report.suite)
  for (const { id, outcome, reason } of report.results) {
    if (outcome === 'passed') continue
    const known = outcome === 'failed' && byDesign?.has(id) === true ? ' (by design)' : ''
    console.log(`  ${outcome}${known} ${id}: ${reason ?? 'no reason given'}`)
  }
}
