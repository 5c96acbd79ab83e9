// The demo as `npm run demo` runs it, on its quick base: every claim it makes holds, and it leaves nothing behind.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { repository } from '../sources.ts'

test('every claim of the demo holds on a busybox base', (t) => {
  if (process.getuid?.() !== 0) return t.skip('RUN needs root')
  if (!hasStaticBusybox()) return t.skip('busybox-static is not installed')
  if (!['crun', 'runc'].some((name) => spawnSync(name, ['--version']).status === 0))
    return t.skip('neither crun nor runc is installed')
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
  const demo = spawnSync(process.execPath, [path.join(repository, 'scripts/demo.ts')], {
    encoding: 'utf8',
    env: { ...process.env, PEEL_DEMO_BASE: 'busybox', PEEL_DEMO_KEEP: '', TMPDIR: directory },
  })
  const output = `${demo.stdout}${demo.stderr}`
  assert.equal(demo.status, 0, output)
  for (const line of [
    /^NOT on Debian this time/m,
    /^ {2}difference +30,000,000 bytes$/m,
    /^key-[0-9a-f]{48}$/m,
    /✓ the key is nowhere in the archive/,
    /^#5 MISS .*pages\/2\.txt content changed$/m,
    /^5 steps, 3 cached, /m,
    /✓ the flat image has one layer/,
    /^hello from a program/m,
    /^All of it held$/m,
  ])
    assert.match(output, line)
  assert.doesNotMatch(output, /✗/)
  assert.deepEqual(fs.readdirSync(directory), [], 'the demo removes what it made')
})

test('the demo says what a base it does not know could be', () => {
  const demo = spawnSync(process.execPath, [path.join(repository, 'scripts/demo.ts')], {
    encoding: 'utf8',
    env: { ...process.env, PEEL_DEMO_BASE: 'fedora' },
  })
  assert.equal(demo.status, 2)
  assert.match(demo.stderr, /PEEL_DEMO_BASE is "fedora"; it can be debian or busybox/)
})

function hasStaticBusybox(): boolean {
  return ['/bin/busybox', '/usr/bin/busybox'].some(
    (file) => fs.existsSync(file) && !fs.readFileSync(file).subarray(0, 4096).includes('/ld-'),
  )
}
