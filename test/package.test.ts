// The package that users install, unpacked where npm would put it: no sources, plain JavaScript, and it starts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { storeSampleImage } from './browser/sample-image.ts'
import { repository } from './sources.ts'

test('the packed package runs without its sources', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const run = (command: string, ...args: readonly string[]) => {
    const result = spawnSync(command, args, { cwd: repository, encoding: 'utf8' })
    assert.equal(result.status, 0, `${command} ${args.join(' ')}: ${result.error ?? result.stderr}`)
    return result.stdout
  }
  // Packing makes dist/ anew; in a copy, so that no other test starts Peel from a bundle that is being replaced.
  const copy = path.join(folder, 'repository')
  for (const file of spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  })
    .stdout.split('\n')
    .filter((name) => name !== '' && !name.startsWith('test/') && fs.existsSync(path.join(repository, name))))
    fs.cpSync(path.join(repository, file), path.join(copy, file))
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'))
  run('npm', 'pack', copy, '--silent', '--pack-destination', folder)
  const tarball = fs.readdirSync(folder).find((name) => name.endsWith('.tgz'))
  assert.ok(tarball !== undefined)
  const home = path.join(folder, 'node_modules/peel')
  fs.mkdirSync(home, { recursive: true })
  run('tar', '-xzf', path.join(folder, tarball), '-C', home, '--strip-components=1')

  assert.deepEqual(
    fs.globSync('**/*.ts', { cwd: home }).filter((name) => !name.endsWith('.d.ts')),
    [],
  )
  const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8'))
  fs.mkdirSync(path.join(folder, 'bin'))
  fs.symlinkSync(path.join(home, 'bin/peel'), path.join(folder, 'bin/peel'))
  assert.match(
    run(path.join(folder, 'bin/peel'), '--version'),
    new RegExp(`\\b${version.replaceAll('.', '\\.')}\\b`),
  )
  const store = path.join(folder, 'store')
  await storeSampleImage(store)
  const page = run(path.join(folder, 'bin/peel'), '--root', store, 'report', 'sample')
  assert.ok(
    page.includes(fs.readFileSync(path.join(home, 'dist/page.js'), 'utf8')),
    'the page has its script',
  )
  assert.ok(
    page.includes(fs.readFileSync(path.join(home, 'dist/page.css'), 'utf8')),
    'the page has its style',
  )
  const rules = path.join(folder, 'rules.yaml')
  fs.writeFileSync(rules, 'rules:\n  lowestEfficiency: 0\n  highestUserWastedPercent: disabled\n')
  const gate = run(
    path.join(folder, 'bin/peel'),
    '--root',
    store,
    'dive',
    '--ci',
    '--ci-config',
    rules,
    'sample',
  )
  assert.match(gate, /lowestEfficiency/, 'the package reads YAML')
  run(
    process.execPath,
    '--input-type=module',
    '-e',
    `await import(${JSON.stringify(path.join(home, 'dist/index.js'))})
     const { Registry } = await import(${JSON.stringify(path.join(home, 'dist/registry.js'))})
     new Registry()[Symbol.dispose]()`,
  )
})
