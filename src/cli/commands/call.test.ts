import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { OutlineReport, TargetReport } from '../../engine/index.ts'
import { callCli } from '../../testing/shell.ts'

const place = { file: 'Dockerfile', line: 2, column: 1, endLine: 3, endColumn: 6 }
const location = { ranges: [{ start: { line: 2 }, end: { line: 3 } }] }
const source = 'FROM b\n'
const outline: OutlineReport = {
  file: 'Dockerfile',
  source,
  name: 'app',
  description: 'runs it',
  args: [{ name: 'V', value: '1', description: 'the version', place }],
  secrets: [{ name: 'token', required: true, place }],
  ssh: [{ name: 'default', required: false, place }],
}
const targets: TargetReport = {
  file: 'Dockerfile',
  source,
  targets: [
    { name: 'build', isDefault: false, description: 'makes it', base: 'b', place },
    { isDefault: true, base: 'build', place },
  ],
}

const call = (...args: readonly string[]) =>
  callCli(['build', ...args, '.'], {
    engine: { outline: async () => outline, targets: async () => targets },
  })

describe('peel build --call', () => {
  test('outline shows what can be given', async () => {
    const { status, out } = await call('--call=outline')
    assert.equal(status, 0)
    assert.match(
      out,
      /^TARGET: +app\nDESCRIPTION: +runs it\n\nBUILD ARG +VALUE +DESCRIPTION\nV +1 +the version\n/,
    )
    assert.match(out, /\nSECRET +REQUIRED\ntoken +true\n\nSSH +REQUIRED\ndefault +\n$/)
  })

  test("outline as docker's document", async () => {
    const { out } = await call('--call=outline,format=json')
    assert.deepEqual(JSON.parse(out), {
      name: 'app',
      description: 'runs it',
      args: [{ name: 'V', description: 'the version', value: '1', location }],
      secrets: [{ name: 'token', required: true, location }],
      ssh: [{ name: 'default', location }],
      sources: [Buffer.from(source).toString('base64')],
    })
  })

  test('targets shows the stages', async () => {
    const { out } = await call('--call=targets')
    assert.match(out, /^TARGET +DESCRIPTION\nbuild +makes it\n\(default\) +\n$/)
  })

  test("targets as docker's document", async () => {
    const { out } = await call('--call=targets', '--format=json')
    assert.deepEqual(JSON.parse(out).targets, [
      { name: 'build', description: 'makes it', base: 'b', location },
      { default: true, base: 'build', location },
    ])
  })

  test('refuses what there is not', async () => {
    for (const args of [
      ['--call=describe'],
      ['--call=outline,format=sarif'],
      ['--call=targets,x=y'],
      ['--format=json'],
    ])
      assert.equal((await call(...args)).status, 125)
  })
})
