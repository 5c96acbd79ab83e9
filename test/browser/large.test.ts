// The page of an image of 300,000 files in 40 layers: how large it is, how soon it answers, and that each answer comes at once. The limits
// are far above what was measured, since other tests run at the same time; the figures are printed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { silent } from '../../src/core/index.ts'
import { openEngine } from '../../src/engine/index.ts'
import { printPage } from '../../src/web/index.ts'
import { launchChromium, noChromium, visit } from './chromium.ts'
import { largeFiles, storeLargeImage } from './large-image.ts'

/** Milliseconds from the press of a key to the picture after it, as the page's own clock says; the longest of some. */
const slowest = (key: string, times: number): string => `(async () => {
  const target = document.activeElement
  let longest = 0
  for (let i = 0; i < ${times}; i++) {
    const began = performance.now()
    target.dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true, cancelable: true }))
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    longest = Math.max(longest, performance.now() - began)
  }
  return longest
})()`

test('300,000 files: a small page that answers at once', { skip: noChromium }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  await storeLargeImage(path.join(folder, 'store'))
  const file = path.join(folder, 'large.html')
  {
    using engine = openEngine({ root: path.join(folder, 'store') })
    using study = await engine.study('large', {}, silent)
    const began = performance.now()
    fs.writeFileSync(file, printPage(study, { secrets: { search: undefined } }))
    t.diagnostic(`page made in ${Math.round(performance.now() - began)} ms`)
  }
  const { size } = fs.statSync(file)
  t.diagnostic(`${size} bytes`)
  assert.ok(size < 4 << 20, `${size} bytes for ${largeFiles} files`)

  const browser = await launchChromium()
  t.after(() => browser.close())
  const { page, complaints, requests } = await visit(browser, pathToFileURL(file).href, {
    reducedMotion: 'reduce',
  })
  const usable = await page.evaluate<{ paint: number; ready: number }>(
    `({ paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
        ready: performance.getEntriesByName('peel-ready')[0].startTime })`,
  )
  t.diagnostic(`first paint ${Math.round(usable.paint)} ms, ready ${Math.round(usable.ready)} ms`)
  assert.ok(usable.ready < 5_000, `ready after ${usable.ready} ms`)

  await page.focus('#tree')
  await page.keyboard.press('ArrowRight')
  const figures: Record<string, number> = {
    'down in the tree': await page.evaluate(slowest('ArrowDown', 30)),
  }
  await page.keyboard.press('Home')
  figures['a directory opened and closed'] = await page.evaluate(slowest('Enter', 6))
  await page.focus('#treemap')
  figures['into the treemap'] = await page.evaluate(slowest('Enter', 3))
  figures['out of the treemap'] = await page.evaluate(slowest('Backspace', 3))
  figures['first search'] = await page.evaluate(search('module-77', 'matches'))
  figures['second search'] = await page.evaluate(search('file-4', 'matches'))
  for (const [what, took] of Object.entries(figures)) {
    t.diagnostic(`${what}: ${Math.round(took)} ms`)
    assert.ok(took < 1_500, `${what} took ${took} ms`)
  }
  assert.ok((await page.locator('.file').count()) < 60, 'only the rows on screen exist')
  assert.deepEqual(complaints, [])
  assert.deepEqual(requests, [])
})

/** Milliseconds until the list shows what a search found, less the wait for further keys. */
function search(words: string, said: string): string {
  return `(async () => {
  const input = document.querySelector('#search')
  const status = document.querySelector('#files-status')
  input.value = '${words}'
  status.textContent = ''
  input.dispatchEvent(new Event('input'))
  const began = performance.now()
  while (!status.textContent.includes('${said}')) await new Promise((done) => setTimeout(done))
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  return performance.now() - began - 60
})()`
}
