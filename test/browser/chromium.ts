// A real Chromium for tests of the pages: Debian's, with nothing of its own on the network. What a page says on its console, throws or
// asks the network for is collected.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  fs.existsSync(path),
)

/** Why no page can be driven here, for `skip`; false where one can. */
export const noChromium: string | false = program === undefined ? 'needs chromium' : false

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: program!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Visit {
  readonly page: Page
  /** What the console said and what was thrown. */
  readonly complaints: string[]
  /** Addresses that were asked for besides the page's own. */
  readonly requests: string[]
}

/** Opens a page in a window of its own and waits until its script has started. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url())
  })
  await page.goto(url)
  await page.waitForSelector('body.ready')
  return { page, complaints, requests }
}

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Holds the page as it is now to all of axe's rules. */
export async function checkAccessibility(page: Page, state: string): Promise<void> {
  await page.evaluate(axe)
  const violations = await page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.slice(0, 4).map(({ html, failureSummary }) => html.slice(0, 160) + ' — ' + failureSummary).join(' | ')))`,
  )
  assert.deepEqual(violations, [], `axe: ${state}`)
}
