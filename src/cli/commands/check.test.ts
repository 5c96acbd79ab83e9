import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CheckReport } from '../../engine/index.ts'
import { callCli } from '../../testing/shell.ts'

const place = { file: 'Dockerfile', line: 2, column: 1, endLine: 2, endColumn: 6 }
const clean: CheckReport = {
  file: 'Dockerfile',
  source: 'FROM b\nCMD a\n',
  warnings: [],
  failOnWarning: false,
}
const warned: CheckReport = {
  ...clean,
  warnings: [
    { rule: 'JSONArgsRecommended', description: 'general', url: 'https://page/', message: 'here', place },
  ],
}

function call(args: readonly string[], report: CheckReport) {
  return callCli(['build', ...args, '.'], { engine: { check: async () => report } })
}

describe('peel build --check', () => {
  test('shows rule, message and place, and exits with 1', async () => {
    for (const flag of ['--check', '--call=check']) {
      const { status, out } = await call([flag], warned)
      assert.equal(status, 1)
      assert.match(
        out,
        /^Check complete, 1 warning has been found!\n\nWARNING: JSONArgsRecommended - https:\/\/page\/\nhere\n/,
      )
      assert.match(out, /2 \| CMD a\n {2}\| \^{5}\n/)
    }
  })

  test('exits with 0 when there is nothing to tell', async () => {
    const { status, out } = await call(['--check'], clean)
    assert.deepEqual([status, out], [0, 'Check complete, no warnings found.\n'])
  })

  test('what would stop a build is told, too', async () => {
    const { status, out } = await call(['--check'], { ...clean, error: { message: 'no', place } })
    assert.equal(status, 1)
    assert.match(out, /^\nERROR: no\nDockerfile:2:1\n/)
  })

  test("docker's document", async () => {
    const { out } = await call(['--call=check,format=json'], warned)
    assert.deepEqual(JSON.parse(out), {
      warnings: [
        {
          ruleName: 'JSONArgsRecommended',
          description: 'general',
          url: 'https://page/',
          detail: 'here',
          location: { ranges: [{ start: { line: 2 }, end: { line: 2 } }] },
        },
      ],
      sources: [
        {
          filename: 'Dockerfile',
          language: 'Dockerfile',
          data: Buffer.from(clean.source).toString('base64'),
        },
      ],
    })
  })

  test('SARIF', async () => {
    const { out } = await call(['--check', '--format=sarif'], warned)
    const { version, runs } = JSON.parse(out)
    assert.equal(version, '2.1.0')
    assert.equal(runs[0].results[0].ruleId, runs[0].tool.driver.rules[0].id)
    assert.deepEqual(runs[0].results[0].locations[0].physicalLocation.region, {
      startLine: 2,
      startColumn: 1,
      endLine: 2,
      endColumn: 6,
    })
  })

  test('refuses what it does not know', async () => {
    assert.equal((await call(['--call=describe'], clean)).status, 125)
    assert.equal((await call(['--call=check,format=xml'], clean)).status, 125)
  })
})
