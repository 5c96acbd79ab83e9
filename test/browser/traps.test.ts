// Three Dockerfile traps, built for real: what is removed in a later RUN, a chown after COPY, a key that is copied and removed. The page
// must name their lines with their bytes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { baseName, findBusybox, writeBase } from '../oracle/base.ts'
import { repository } from '../sources.ts'
import { launchChromium, noChromium, visit } from './chromium.ts'

const dockerfile = `FROM ${baseName}
RUN mkdir /objects && \\
    head -c 300000 /dev/urandom > /objects/pack
RUN rm -rf /objects
COPY app /app
RUN chown -R 1000:1000 /app
COPY deploy.key /root/deploy.key
RUN test -s /root/deploy.key && rm /root/deploy.key
`

const busybox = findBusybox()
const cannotRun =
  process.getuid?.() !== 0
    ? 'RUN needs root'
    : busybox === undefined
      ? 'needs busybox-static'
      : ['crun', 'runc'].every((name) => spawnSync(name, ['--version']).status !== 0) &&
        'needs an OCI runtime'

test('three traps, built for real, at their lines', { skip: noChromium || cannotRun }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const peel = (...args: readonly string[]): string => {
    const main = path.join(repository, 'src/main.ts')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, '--root', path.join(folder, 'store'), ...args],
      { encoding: 'utf8' },
    )
    assert.equal(status, 0, stderr)
    return stdout
  }
  const context = path.join(folder, 'context')
  fs.mkdirSync(path.join(context, 'app'), { recursive: true })
  fs.writeFileSync(path.join(context, 'Dockerfile'), dockerfile)
  fs.writeFileSync(path.join(context, 'app/server'), Buffer.alloc(40_000, 's'))
  fs.writeFileSync(path.join(context, 'app/config'), Buffer.alloc(10_000, 'c'))
  fs.writeFileSync(path.join(context, 'deploy.key'), 'k'.repeat(1234))
  peel('load', '-i', writeBase(folder, busybox!))
  peel('build', '-q', '-t', 'traps', context)
  const file = path.join(folder, 'report.html')
  peel('report', 'traps', '-o', file)
  const { reclaimableBytes } = JSON.parse(peel('waste', '--json', 'traps'))
  assert.equal(reclaimableBytes, 300_000 + 50_000 + 1234)

  const browser = await launchChromium()
  t.after(() => browser.close())
  const { page, complaints, requests } = await visit(browser, pathToFileURL(file).href)
  const said = async (selector: string): Promise<string> =>
    (await page.locator(selector).innerText()).replace(/\s+/g, ' ').trim()
  assert.match(await said('.lost'), /^Reclaimable 351 kB/)
  const costs: Record<number, string> = {}
  for (const line of [2, 3, 4, 5, 6, 7, 8]) costs[line] = await said(`#line-${line} .price`)
  assert.deepEqual(costs, {
    2: '300 kB −300 kB',
    3: '',
    4: '0 B',
    5: '50 kB −50 kB',
    6: '50 kB',
    7: '1.23 kB −1.23 kB',
    8: '0 B',
  })
  const cards = (await page.locator('.card .happened').allInnerTexts()).map((card) =>
    card.replace(/\s+/g, ' '),
  )
  assert.deepEqual(cards.slice(0, 3), [
    'Line 2 brought 1 file, line 4 removed it; the image ships it all the same.',
    'Line 5 brought 2 files, line 6 changed only mode, owner or time; their content is shipped twice.',
    'Line 7 brought 1 file, line 8 removed it; the image ships it all the same.',
  ])
  assert.deepEqual(
    (await page.locator('.card .paths').allInnerTexts()).slice(0, 3).map((list) => list.split(/\s+/)[0]),
    ['/objects/pack', '/app/', '/root/deploy.key'],
  )
  assert.match(await said('#history tbody'), /RUN rm -rf \/objects Dockerfile:4/)
  assert.deepEqual(complaints, [])
  assert.deepEqual(requests, [])
})
