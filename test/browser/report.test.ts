// `peel report` driven in a real Chromium: every part of the page by mouse and by keyboard, in light and dark, held to axe.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { repository } from '../sources.ts'
import { checkAccessibility, launchChromium, noChromium, type Visit, visit } from './chromium.ts'
import { hostileName, storeSampleImage } from './sample-image.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
const file = path.join(folder, 'report.html')
const url = pathToFileURL(file).href
let browser: Browser

before(async () => {
  if (noChromium !== false) return
  await storeSampleImage(path.join(folder, 'store'))
  const said = spawnSync(
    process.execPath,
    [
      path.join(repository, 'src/main.ts'),
      '--root',
      path.join(folder, 'store'),
      'report',
      'sample',
      '-o',
      file,
    ],
    { encoding: 'utf8' },
  )
  assert.equal(said.stdout, `${file}: 168kB of 264kB can be reclaimed\n`, said.stderr)
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

/** A test of the page; whatever it does, the page must stay silent and ask for nothing. */
function pageTest(
  name: string,
  drive: (page: Page) => Promise<void>,
  options: Parameters<typeof visit>[2] = {},
): void {
  test(name, { skip: noChromium }, async () => {
    const visited: Visit = await visit(browser, url, options)
    await drive(visited.page)
    assert.deepEqual(visited.complaints, [])
    assert.deepEqual(visited.requests, [])
    await visited.page.context().close()
  })
}

const text = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).innerText()).replace(/\s+/g, ' ').trim()

/** What stands in the middle of the onion. */
const heart = async (page: Page): Promise<readonly string[]> =>
  (await page.locator('.onion text').allTextContents()).map((words) => words.replace(/\s/g, ' '))

/** Waits until the list of files says so. */
const status = (page: Page, words: string): Promise<void> =>
  page
    .locator('#files-status', { hasText: words.replaceAll(' ', '\u00a0').replace(/\u00a0(?!\w?B)/g, ' ') })
    .waitFor()

pageTest('the headline has the sums, and dive’s score beside the true one', async (page) => {
  const numbers = await text(page, '.numbers')
  assert.match(numbers, /Shipped 264 kB in 7 layers/)
  assert.match(numbers, /Visible 95\.7 kB in 16 paths/)
  assert.match(numbers, /Reclaimable 168 kB 64 % of what is shipped/)
  assert.match(numbers, /Efficiency 36\.3 % by dive’s formula/)
  assert.match(await text(page, '.note'), /^By dive’s formula 63 kB are wasted, 105 kB too few/)
})

pageTest('each line of the Dockerfile has its cost', async (page) => {
  const cost = (line: number): Promise<string> => text(page, `#line-${line} .price`)
  assert.equal(await cost(3), '135 kB −135 kB')
  assert.equal(await cost(4), '5 kB')
  assert.equal(await cost(5), '')
  assert.equal(await cost(6), '3 kB −3 kB')
  assert.equal(await cost(7), '0 B')
  assert.equal(await cost(8), '30 kB −30 kB')
  assert.equal(await cost(9), '30 kB')
})

pageTest('the advice names the lines that brought and that hid', async (page) => {
  const cards = (await page.locator('.card').allInnerTexts()).map((card) => card.replace(/\s+/g, ' '))
  assert.match(
    cards[0]!,
    /Deleted later 135 kB 51 % of the image Line 3 brought 2 files, line 4 removed them/,
  )
  assert.match(cards[1]!, /Metadata only 30 kB .* Line 8 brought 2 files, line 9 changed only mode, owner/)
  assert.match(cards[2]!, /Deleted later 3 kB .* Line 6 brought 1 file, line 7 removed it/)
  await page.click('.card .path:has-text("/app/data")')
  assert.match(await text(page, '.file.active'), /^data\//)
  assert.match(await text(page, '#detail'), /\/app\/data layer 1 added as a directory/)
})

pageTest('picking a layer anywhere picks it everywhere', async (page) => {
  await page.click('button.layer[data-layer="5"]')
  assert.deepEqual(await heart(page), ['30 kB', 'layer 5', '100 % wasted'])
  assert.match((await page.locator('#line-8').getAttribute('class'))!, /\bshown\b/)
  assert.equal(await page.locator('.line-cost[data-layer="5"]').getAttribute('aria-pressed'), 'true')
  assert.equal(await text(page, '#files-status'), '3 paths · 30 kB · in layer 5')
  assert.match(page.url(), /#layer=5$/)
  await page.click('#picked-clear')
  await page.mouse.move(2, 2)
  assert.deepEqual(await heart(page), ['264 kB', '7 layers', ''])
  await page.locator('.ring[data-layer="1"] .rot').click({ position: { x: 20, y: 176 } })
  assert.equal(await page.locator('button.layer[data-layer="1"]').getAttribute('aria-pressed'), 'true')
  await page.mouse.move(2, 2)
  await page.locator('#line-6 .line-cost').focus()
  assert.deepEqual(await heart(page), ['3 kB', 'layer 3', '100 % wasted'])
})

pageTest('the treemap goes in and out by keyboard', async (page) => {
  await page.focus('#treemap')
  assert.match(await text(page, '#map-status'), /^app: 140 kB, layers 1, 2/)
  await page.keyboard.press('Enter')
  assert.match(await text(page, '#crumbs'), /^\/ › app · 140 kB|^\/ app · 140 kB/)
  assert.match(page.url(), /#path=app$/)
  await page.keyboard.press('Backspace')
  assert.equal(await text(page, '#crumbs'), '/ · 264 kB')
  const seen = new Set<string>()
  for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'End']) {
    await page.keyboard.press(key)
    seen.add((await text(page, '#map-status')).split(':')[0]!)
  }
  assert.ok(seen.size >= 3, [...seen].join())
  await page.keyboard.press('Home')
  await page.keyboard.press('f')
  assert.match(await text(page, '.file.active'), /^app\//)
})

pageTest('the treemap goes in by mouse, and says what is under it', async (page) => {
  const map = page.locator('#treemap')
  await map.scrollIntoViewIfNeeded()
  await map.hover({ position: { x: 60, y: 120 } })
  assert.match(await text(page, '#map-tip'), /app\/data\/one\.bin: 90 kB, layer 1, deleted by layer 2/)
  await page.check('input[value="layer"]', { force: true })
  assert.equal(await page.locator('#map-legend').isVisible(), false)
  assert.equal(await page.locator('#map-layers').isVisible(), true)
  await map.click({ position: { x: 60, y: 120 } })
  assert.match(await text(page, '#crumbs'), /app · 140 kB/)
  await page.click('#crumbs button')
  assert.equal(await text(page, '#crumbs'), '/ · 264 kB')
})

pageTest('what the treemap shows is a table too', async (page) => {
  await page.click('#map-details summary')
  await page.locator('#map-table tbody tr').first().waitFor()
  const rows = (await page.locator('#map-table tbody tr').allInnerTexts()).map((row) =>
    row.replaceAll('\u00a0', ' ').split('\t'),
  )
  assert.deepEqual(rows[0], ['app/', '140 kB', '53 %', '135 kB', '1, 2'])
  await page.click('#map-table button:has-text("app/")')
  assert.match(await page.locator('#map-table tbody tr').first().innerText(), /^data\/\t135\skB/)
})

pageTest('the tree opens and closes by keyboard', async (page) => {
  await page.focus('#tree')
  assert.equal(await text(page, '.file.active .file-name'), 'app/')
  await page.keyboard.press('ArrowRight')
  assert.equal(await text(page, '.file.active'), 'data/ not in the final image 135 kB wasted of 135 kB')
  assert.equal(await page.locator('.file.active svg').getAttribute('aria-label'), 'layers 1, 2')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  assert.match(await text(page, '#detail'), /one\.bin layer 1 added as a file, 90 kB, deleted by layer 2/)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  assert.equal(await page.locator('.file.active').getAttribute('aria-expanded'), 'false')
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  assert.equal(await text(page, '.file.active .file-name'), 'app/')
})

pageTest('search finds paths, and what is wasted can be shown alone', async (page) => {
  await page.keyboard.press('/')
  await page.keyboard.type('LIB')
  await status(page, '4 matches · 80 kB')
  assert.deepEqual(await page.locator('.file mark').allInnerTexts(), ['lib', 'lib', 'lib', 'lib'])
  await page.fill('#search', 'srv/ma')
  await status(page, '1 match · 40 kB')
  await page.fill('#search', '')
  await status(page, 'paths ·')
  await page.selectOption('#files-show', 'wasted')
  assert.equal(await text(page, '#files-status'), '5 paths · 168 kB')
})

pageTest('names of the image stay text', async (page) => {
  await page.fill('#search', 'onerror')
  await status(page, '1 match')
  // the name has a `/` in it: what stands before that is a directory
  const names = await page.locator('.file .file-name').allInnerTexts()
  assert.ok(names.includes(`${hostileName.split('/')[0]}/`), names.join())
  assert.equal(await page.locator('img').count(), 0)
  assert.equal(await page.evaluate('document.scripts.length'), 3)
  await page.fill('#search', 'exe.txt')
  await status(page, '1 match · 6 B')
  assert.ok((await page.locator('.file .file-name').allInnerTexts()).includes('\ufffdexe.txt'))
})

test('the policy lets the page load and run nothing else', { skip: noChromium }, async () => {
  const { page } = await visit(browser, url)
  const refused = await page.evaluate<string[]>(`(async () => {
    const refused = []
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective))
    await fetch('http://127.0.0.1:9/').catch(() => {})
    for (const markup of ['<img src="http://127.0.0.1:9/">', '<div style="color: red"></div>', '<img onerror="alert(5)" src="data:,">']) {
      const place = document.createElement('div')
      document.body.append(place)
      place.innerHTML = markup
    }
    const script = document.createElement('script')
    script.textContent = 'globalThis.ran = true'
    document.body.append(script)
    await new Promise((done) => setTimeout(done, 100))
    return [...refused, String(globalThis.ran)]
  })()`)
  assert.deepEqual(
    new Set(refused),
    new Set(['connect-src', 'img-src', 'style-src-attr', 'script-src-attr', 'script-src-elem', 'undefined']),
  )
  await page.context().close()
})

pageTest('an address leads to a layer and a place', async (page) => {
  await page.goto('about:blank')
  await page.goto(`${url}#layer=1&path=app`)
  await page.waitForSelector('body.ready')
  assert.match(await text(page, '#crumbs'), /app · 140 kB/)
  assert.match(await text(page, '#picked'), /^Layer 1: COPY data \/app\/data/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  pageTest(
    `axe finds nothing in ${colorScheme}`,
    async (page) => {
      await checkAccessibility(page, `${colorScheme}, as it opens`)
      await page.click('#map-details summary')
      await page.locator('#map-table tbody tr').first().waitFor()
      await page.click('button.layer[data-layer="1"]')
      await page.focus('#tree')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await checkAccessibility(page, `${colorScheme}, a layer picked and all open`)
    },
    { colorScheme, reducedMotion: 'reduce' },
  )
}

pageTest('the switch turns dark to light and remembers', async (page) => {
  const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
  const light = await ground()
  await page.click('#theme')
  assert.notEqual(await ground(), light)
  await page.reload()
  await page.waitForSelector('body.ready')
  assert.notEqual(await ground(), light)
  assert.equal(await page.locator('#theme').getAttribute('aria-pressed'), 'true')
})

pageTest(
  'a narrow window needs no scrolling aside',
  async (page) => {
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  },
  { viewport: { width: 390, height: 800 } },
)

pageTest('paper shows all layers and all lines', async (page) => {
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.locator('#files').isVisible(), false)
  assert.equal(await page.locator('#line-9').isVisible(), true)
  assert.ok((await page.pdf()).length > 20_000)
})
