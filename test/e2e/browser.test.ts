// The terminal browser in a real terminal, on an image of 300,000 files: every pane, every screen, kept as golden texts. To write them
// anew: PEEL_GOLDEN=write npm test -- test/e2e/browser.test.ts, and look at what changed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { storeBrowsedImage } from '../../src/testing/browsed-image.ts'
import { storeLeakyImage } from '../../src/testing/leaky-image.ts'
import { hasTmux, openTmux, type TmuxTerminal } from '../../src/testing/tmux.ts'
import { repository } from '../sources.ts'

const golden = path.join(import.meta.dirname, 'browser')
// with CI set it would judge in place of showing
const peel = `env -u CI ${process.execPath} --disable-warning=ExperimentalWarning ${path.join(repository, 'src/main.ts')}`
const skip = hasTmux() ? false : 'tmux is not installed'

let folder = ''
let secrets: readonly string[] = []
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  if (skip !== false) return
  await storeBrowsedImage(path.join(folder, 'store'), 'large', 300_000)
  await storeBrowsedImage(path.join(folder, 'store'), 'small', 600)
  secrets = await storeLeakyImage(path.join(folder, 'store'), 'leaky')
})
after(() => fs.rmSync(folder, { recursive: true, force: true }))

const dive = (image: string): string => `${peel} --root ${folder}/store dive ${image}`

function keep(name: string, screen: string): void {
  const file = path.join(golden, `${name}.txt`)
  if (process.env.PEEL_GOLDEN === 'write') {
    fs.mkdirSync(golden, { recursive: true })
    fs.writeFileSync(file, screen)
  }
  assert.equal(screen, fs.readFileSync(file, 'utf8'), name)
}

describe('the browser in a terminal', { skip }, () => {
  test('all its screens, on 300,000 files', async () => {
    using terminal = openTmux(dive('large'), { columns: 150, rows: 40 })
    const screen = async (
      name: string,
      shows: string | RegExp,
      ...keys: readonly string[]
    ): Promise<void> => {
      if (keys.length > 0) terminal.press(...keys)
      keep(name, await terminal.shows(shows))
    }
    await screen('first', 'Current Layer Contents')
    await screen('layer', 'Line:   Dockerfile:3', 'Down', 'j')
    await screen('aggregated', 'Aggregated Layer Contents', 'C-a')
    await screen('layer-details', '● Layer Details', 'C-l', 'Right')
    await screen('image-details', '● Image Details', 'l')
    await screen('tree', '● Current Layer Contents', 'Left', 'h', 'Down', 'Down', 'Tab')
    await screen('collapsed', '⊕ usr', 'C-Space')
    await screen('removed', '/app/build ', 'C-Space', 'Down', 'Down', 'Down')
    await screen('changes-only', '○Unmodified', 'C-u')
    await screen('without-removed', '○Removed', 'C-r')
    await screen('largest-first', 'largest first', 'C-r', 'C-u', 'C-o')
    await screen('without-attributes', / {5}Filetree$/m, 'C-o', 'C-b')
    await screen('filter', '/usr/share/d0123', 'C-b', 'C-f', 'd0123/.*99', 'Enter', 'G')
    await screen('search', '1/1 for "settings"', 'Escape', '/', 'settings', 'Enter')
    await screen('content', 'lines 1-36 of 40', 'v')
    await screen('content-end', 'lines 5-40 of 40', 'G')
    await screen('hex', 'option0 =', 'x')
    await screen('waste', '● Waste', 'q', 'w')
    await screen('waste-to-file', '● Current Layer Contents', 'Down', 'Down', 'Down', 'x')
    await screen('difference', '+ owner 1000:1000', 'c')
    await screen('dockerfile', '● Dockerfile', 'q', 'w', 'f')
    await screen('line-to-layer', '● Layers', 'Down', 'Enter')
    await screen('marked', 'compared with layer 5', 'c', 'G')
    await screen('help', '● Help', '?')
    await screen('help-end', 'write the file to a place you name', 'G')
    terminal.press('q', 'i', 'small', 'Enter')
    await screen('other-image', 'From large to small')
    await screen('other-image-ended', 'Layer 2 compared with layer 5', 'Escape')
    terminal.resize(60, 16)
    await screen('narrow', '● Layers', 'Tab')
    await screen('narrow-tree', 'Layer 2 compared with layer 5', 'Tab')
    terminal.resize(24, 4)
    await screen('tiny', 'needs 30 by 6')
  })

  test('secrets: searched for when asked, shown without their values', async () => {
    fs.writeFileSync(path.join(folder, '.peel-secrets'), 'path:/srv/app.jar\n')
    using terminal = openTmux(`cd ${folder} && ${dive('leaky')}`, { columns: 150, rows: 30 })
    await terminal.shows('● Layers')
    const screen = async (
      name: string,
      shows: string | RegExp,
      ...keys: readonly string[]
    ): Promise<void> => {
      terminal.press(...keys)
      const text = await terminal.shows(shows)
      keep(name, text)
      for (const value of secrets) assert.ok(!text.includes(value.slice(0, 12)), `${name} shows a value`)
    }
    await screen('secrets', 'Secrets: 5 found', 'S')
    await screen('secrets-hidden', 'Found: a private key', 'Down')
    await screen('secrets-to-line', '● Dockerfile', 'F')
    await screen('secrets-to-file', '/root/.npmrc  58B, from Dockerfile:6', 'S', 'Down', 'Enter')
  })

  test('the mouse, extracting, and the terminal as it was', async () => {
    const out = path.join(folder, 'out')
    const command = `stty -g >${folder}/before; ${dive('small')}; echo "status $?"; stty -g >${folder}/after`
    using terminal = openTmux(command, { columns: 150, rows: 40 })
    await terminal.shows('● Layers')
    click(terminal, 20, 4)
    await terminal.shows('Line:   Dockerfile:3')
    click(terminal, 120, 2)
    await terminal.shows('● Current Layer Contents')
    click(terminal, 120, 2)
    await terminal.shows('⊕ app')
    click(terminal, 120, 2)
    await terminal.shows('object.o')
    terminal.type('\x1b[<65;120;20M'.repeat(10))
    await terminal.shows('file020.txt')
    terminal.press('g', 'C-e', 'C-u', out, 'Enter')
    await terminal.shows('files, 261kB, written to')
    assert.equal(fs.statSync(path.join(out, 'app/build/object.o')).size, 200_000)
    assert.equal(fs.readFileSync(path.join(out, 'app/日本語.txt'), 'utf8'), 'wide characters\n')
    terminal.press('C-e', 'C-u', out, 'Enter')
    await terminal.shows('app exists already. Extract into another directory')
    terminal.press('Escape', 'q')
    const left = await terminal.shows('status 0')
    assert.equal(left.trim(), 'status 0')
    assert.equal(
      fs.readFileSync(path.join(folder, 'after'), 'utf8'),
      fs.readFileSync(path.join(folder, 'before'), 'utf8'),
    )
  })

  test('ended by a signal, the terminal is as it was', async () => {
    const command = `sh -c 'echo $$ >${folder}/pid; exec ${dive('small')}'; echo "status $?"; stty -a`
    using terminal = openTmux(command, { columns: 120, rows: 30 })
    await terminal.shows('● Layers')
    process.kill(Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8')), 'SIGTERM')
    const left = await terminal.shows('status 143')
    assert.match(left, /^ERROR: cancelled by SIGTERM\nstatus 143\n/)
    assert.match(left, / icanon .* echo /s)
  })

  test('suspended and continued, it gives the terminal back and takes it again', async () => {
    using terminal = openTmux('bash --norc -i', { columns: 120, rows: 30 })
    terminal.type(`${dive('small')}\n`)
    await terminal.shows('● Layers')
    terminal.press('j', 'C-z')
    const suspended = await terminal.shows('Stopped')
    assert.doesNotMatch(suspended, /Layer Details/)
    terminal.type('fg\n')
    await terminal.shows('Line:   Dockerfile:2')
    terminal.press('q')
    assert.doesNotMatch(await terminal.shows(/\bfg\n/), /Layer Details/)
  })

  test('without colours everything is still said', async () => {
    using terminal = openTmux(dive('small'), { columns: 120, rows: 30, env: { NO_COLOR: '1' } })
    await terminal.shows('● Layers')
    terminal.press('G', 'Up', 'Tab', 'C-u')
    const text = await terminal.shows('- drwxr-xr-x')
    assert.match(text, /~ drwxr-xr-x .* app\n.*- drwxr-xr-x .* build\n/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that set colours
    assert.doesNotMatch(terminal.screen({ looks: true }), /\x1b\[(?:\d+;)*[34][0-8]/)
  })

  test('where it cannot be shown it says what can be', async () => {
    using dumb = openTmux(`TERM=dumb ${dive('small')}`, { columns: 120, rows: 10 })
    await dumb.shows(/^ERROR: this terminal \(TERM=dumb\) cannot show the browser\n.*peel waste IMAGE/s)
    using piped = openTmux(`${dive('small')} | cat`, { columns: 120, rows: 10 })
    await piped.shows('ERROR: the browser needs a terminal')
  })
})

/** A press and release of the left button; columns and rows count from 0. */
function click(terminal: TmuxTerminal, column: number, row: number): void {
  terminal.type(`\x1b[<0;${column + 1};${row + 1}M\x1b[<0;${column + 1};${row + 1}m`)
}
