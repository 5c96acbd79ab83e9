// The conformance suites that Peel has a runner for, as tests. They skip where the cases are not beside the repository.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { casesDirectory, runSuite } from './runner.ts'

const modules = fs
  .readdirSync(path.join(import.meta.dirname, 'suites'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.ts'.length))

const directory = casesDirectory()
for (const suite of modules.sort()) {
  test(`conformance ${suite}`, async (t) => {
    if (!fs.existsSync(path.join(directory, suite, 'cases.json')))
      return t.skip(`the cases are not at ${directory}`)
    const report = await runSuite(directory, suite)
    t.diagnostic(`${suite}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`)
    assert.deepEqual(
      report.unexpected.map(({ id, reason }) => `${id}: ${reason}`),
      [],
    )
  })
}
