// The secrets on the page: what is told of each, where it leads, and that no value stands anywhere on it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { storeLeakyImage } from '../../src/testing/leaky-image.ts'
import { repository } from '../sources.ts'
import { checkAccessibility, launchChromium, noChromium, visit } from './chromium.ts'
import { storeSampleImage } from './sample-image.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
let browser: Browser
let values: readonly string[] = []

/** Writes a report from a directory of its own and gives the file. */
function report(image: string, ...flags: readonly string[]): string {
  const file = path.join(folder, `${image}${flags.join('')}.html`)
  const main = path.join(repository, 'src/main.ts')
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, '--root', path.join(folder, 'store'), 'report', image, '-o', file, ...flags],
    { encoding: 'utf8', cwd: folder },
  )
  assert.equal(status, 0, stderr)
  return file
}

before(async () => {
  await storeSampleImage(path.join(folder, 'store'))
  values = await storeLeakyImage(path.join(folder, 'store'), 'leaky')
  if (noChromium === false) browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const words = async (page: Page, selector: string): Promise<readonly string[]> =>
  (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())

async function opened(
  file: string,
  drive: (page: Page) => Promise<void>,
  options: Parameters<typeof visit>[2] = {},
): Promise<void> {
  const { page, complaints, requests } = await visit(browser, pathToFileURL(file).href, options)
  await drive(page)
  assert.deepEqual(complaints, [])
  assert.deepEqual(requests, [])
  await page.context().close()
}

test('each secret is told with its line, its layer and what to do', { skip: noChromium }, async () => {
  await opened(report('leaky'), async (page) => {
    const [lead] = await words(page, '#secrets .lead')
    assert.match(lead!, /^6 found in 4 file contents .*; 1 of them removed by a later layer and still to be/)
    const cards = await words(page, '#secrets .card')
    assert.equal(cards.length, 6)
    const key = cards.find((card) => card.includes('deploy_key'))!
    assert.match(
      key,
      /^High a private key removed later, still shipped Line 4 brought it \(layer 1\), line 5 /,
    )
    assert.match(key, /BEGIN PRIVATE KEY-----… \(261 characters\) Keep \/root\/\.ssh\/deploy_key out of/)
    const variable = cards.find((card) => card.includes('ENV DB_PASSWORD'))!
    assert.match(variable, /^Medium a value .* in the configuration Dockerfile:3 says it/)
    assert.ok(cards.some((card) => card.includes('/srv/app.jar!/conf/log.txt:1 npm_… (36 characters)')))
    await page.click('#secrets .path:has-text("deploy_key")')
    assert.deepEqual(await words(page, '.file.active .file-name'), ['deploy_key not in the final image'])
    await page.click('#secrets .mention:has-text("Line 6")')
    assert.match(page.url(), /layer=3/)
    await page.click('#secrets a:has-text("Dockerfile:3")')
    assert.deepEqual(await words(page, '#line-3 code'), ['ENV DB_PASSWORD …'])
    assert.equal(await page.locator('img').count(), 0)
    assert.ok((await page.locator('#secrets').innerText()).includes('<img src=x onerror=alert(1)>\\u202e'))
  })
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing in the secrets, ${colorScheme}`, { skip: noChromium }, async () => {
    await opened(report('leaky'), (page) => checkAccessibility(page, colorScheme), {
      colorScheme,
      reducedMotion: 'reduce',
    })
  })

test('narrow and on paper they are whole', { skip: noChromium }, async () => {
  const narrow = { viewport: { width: 390, height: 800 } }
  await opened(
    report('leaky'),
    async (page) => {
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
      await page.emulateMedia({ media: 'print' })
      assert.equal(await page.locator('#secrets .card').last().isVisible(), true)
    },
    narrow,
  )
})

test('no value stands on the page, in its script or in the table of paths', () => {
  for (const flags of [[], ['--no-secrets']]) {
    const page = fs.readFileSync(report('leaky', ...flags), 'utf8')
    const packed = /<script type="application\/base64" id="paths">([^<]*)</.exec(page)![1]!
    const table = inflateRawSync(Buffer.from(packed, 'base64')).toString('latin1')
    for (const value of values) assert.ok(!`${page}${table}`.includes(value.slice(0, 12)), flags.join())
  }
})

test('where there are none, or none were looked for, a sentence says so', () => {
  const section = (file: string): string =>
    /<section id="secrets".*?<\/section>/s
      .exec(fs.readFileSync(file, 'utf8'))![0]
      .replace(/<[^>]*>/g, '')
      .trim()
  assert.match(section(report('sample')), /^Secrets\s+None were found in \d+ file contents of all layers/)
  assert.match(section(report('leaky', '--no-secrets')), /^Secrets\s+They were not looked for\.$/)
  fs.writeFileSync(path.join(folder, '.peel-secrets'), 'rule:npm-token\n')
  const less = section(report('leaky'))
  fs.rmSync(path.join(folder, '.peel-secrets'))
  assert.match(less, /^Secrets\s+2 found in .* 4 secrets are accepted by the allow list\./)
})
