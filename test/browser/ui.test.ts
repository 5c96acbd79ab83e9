// `peel ui` as its own process, driven in a real Chromium: the list of all images, the page of one, and who is turned away.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { storeImage } from '../../src/testing/stored-image.ts'
import { file, tree } from '../../src/testing/tree.ts'
import { repository } from '../sources.ts'
import { checkAccessibility, launchChromium, noChromium, visit } from './chromium.ts'
import { storeSampleImage } from './sample-image.ts'

interface Served {
  readonly url: string
  readonly store: string
  /** Interrupts it as Ctrl-C does and waits for its exit status. */
  interrupt(): Promise<number | null>
}

async function serve(t: TestContext): Promise<Served> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const store = path.join(folder, 'store')
  await storeSampleImage(store)
  const peel = spawn(process.execPath, [path.join(repository, 'src/main.ts'), '--root', store, 'ui'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => peel.once('exit', resolve))
  t.after(async () => {
    peel.kill('SIGKILL')
    await ended
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const [line] = await once(peel.stdout, 'data')
  const url = String(line).trim()
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/)
  return {
    url,
    store,
    interrupt() {
      peel.kill('SIGINT')
      return ended
    },
  }
}

test('all images and the page of each, live', { skip: noChromium }, async (t) => {
  const { url, store, interrupt } = await serve(t)
  const browser = await launchChromium()
  t.after(() => browser.close())
  const { page, complaints, requests } = await visit(browser, url)
  assert.match(await page.locator('.gallery li').innerText(), /^sample:latest\s+264.kB\s+7 layers/)
  await checkAccessibility(page, 'the list of images')
  await page.click('.gallery a')
  await page.waitForSelector('body.ready #tree')
  assert.equal(await page.locator('h1').innerText(), 'sample:latest')
  assert.match(await page.locator('.numbers').innerText(), /Reclaimable\s+168.kB/)
  await page.click('#secrets a')
  await page.waitForSelector('body.ready #tree')
  assert.match(await page.locator('#secrets .lead').innerText(), /^None were found in \d+ file contents/)
  await storeImage(store, {
    name: 'other/newer',
    layers: [{ createdBy: 'ADD', entries: tree(file('/a', 'a')) }],
  })
  await page.click('.masthead a')
  await page.waitForSelector('.gallery')
  assert.deepEqual((await page.locator('.image-name').allInnerTexts()).sort(), [
    'other/newer:latest',
    'sample:latest',
  ])
  assert.deepEqual(complaints, [])
  assert.deepEqual(
    requests.filter((request) => !request.startsWith(url)),
    [],
  )
  assert.equal(await interrupt(), 0)
})

test('answers only its own address, only to reading', async (t) => {
  const { url } = await serve(t)
  const { port } = new URL(url)
  const ask = (
    address: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      http
        .request({ host: '127.0.0.1', port, path: address, method, headers }, (response) => {
          response.resume()
          resolve(response)
        })
        .on('error', reject)
        .end()
    })
  const status = async (...given: Parameters<typeof ask>): Promise<number | undefined> =>
    (await ask(...given)).statusCode
  assert.equal(await status('/'), 200)
  assert.equal(await status('/', { headers: { host: `localhost:${port}` } }), 200)
  assert.equal(await status('/', { headers: { host: `evil.example:${port}` } }), 421)
  assert.equal(await status('/', { headers: { host: '127.0.0.1' } }), 421)
  assert.equal(await status('/', { headers: { origin: 'http://evil.example' } }), 403)
  assert.equal(await status('/', { headers: { origin: url.replace(/\/$/, '') } }), 200)
  assert.equal(await status('/', { method: 'POST' }), 405)
  assert.equal(await status('/', { method: 'HEAD' }), 200)
  assert.equal(await status(`/image/${'0'.repeat(64)}`), 404)
  assert.equal(await status('/image/../../etc/passwd'), 404)
  assert.equal(await status('//evil.example/'), 404)
  const { headers } = await ask('/')
  assert.equal(headers['content-security-policy'], "frame-ancestors 'none'")
  assert.equal(headers['access-control-allow-origin'], undefined)
})

test('an interrupted server ends while a browser holds a connection', async (t) => {
  const { url, interrupt } = await serve(t)
  const agent = new http.Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  await new Promise<void>((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        response.resume().on('end', resolve)
      })
      .on('error', reject)
  })
  assert.equal(await interrupt(), 0)
})
