// The screen of secrets: what keys do on it and what it shows, on a real study of an image that has some.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silent } from '../../core/index.ts'
import { type Engine, openEngine, type SecretsReport, type Study } from '../../engine/index.ts'
import { storeLeakyImage } from '../../testing/leaky-image.ts'
import { drawScreen } from '../view/screen.ts'
import { begin } from './begin.ts'
import type { State, Update } from './state.ts'
import { current } from './tree.ts'
import { update } from './update.ts'

let folder = ''
let engine: Engine
let study: Study
let report: SecretsReport
let values: readonly string[] = []
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  values = await storeLeakyImage(folder, 'leaky')
  engine = openEngine({ root: folder, env: {} })
  study = await engine.study('leaky', {}, silent)
  report = await study.secrets({}, silent)
})
after(() => {
  study[Symbol.dispose]()
  engine[Symbol.dispose]()
  fs.rmSync(folder, { recursive: true, force: true })
})

function press(from: State, ...keys: readonly string[]): Update {
  let last: Update = { state: from }
  for (const name of keys) last = update(last.state, { kind: 'key', name })
  return last
}

const start = (): State => begin(study, { columns: 160, rows: 40 })
const found = (...keys: readonly string[]): State => {
  const { state } = update(press(start(), 'S').state, { kind: 'secrets', search: { kind: 'done', report } })
  return press(state, ...keys).state
}

function drawn(state: State): string {
  const { rows, columns, texts } = drawScreen(state)
  return Array.from({ length: rows }, (_, row) =>
    texts
      .slice(row * columns, (row + 1) * columns)
      .join('')
      .trimEnd(),
  ).join('\n')
}

describe('the search', () => {
  test('begins when the screen is first opened, and not again while it runs or when it is done', () => {
    const opened = press(start(), 'S')
    assert.deepEqual(opened.effect, { kind: 'search-secrets' })
    assert.equal(press(opened.state, 'S', 'S').effect, undefined)
    assert.equal(press(found(), 'S', 'S').effect, undefined)
  })
  test('says how far it is, and goes on while other screens are used', () => {
    const { state } = update(press(start(), 'S').state, {
      kind: 'secrets',
      search: { kind: 'running', done: 250, total: 1000 },
    })
    assert.match(drawn(state), /25 % of 1kB/)
    const elsewhere = press(state, 'w').state
    const done = update(elsewhere, { kind: 'secrets', search: { kind: 'done', report } }).state
    assert.equal(done.screen, 'waste')
    assert.match(drawn(done), /6 secrets found \(S shows them\)/)
  })
  test('is stopped by Escape, which goes back the next time; Enter searches again', () => {
    const stopped = press(start(), 'S', 'esc')
    assert.deepEqual(stopped.effect, { kind: 'stop-search' })
    assert.match(drawn(stopped.state), /The search was stopped/)
    assert.equal(press(stopped.state, 'esc').state.screen, 'panes')
    assert.deepEqual(press(stopped.state, 'enter').effect, { kind: 'search-secrets' })
  })
})

describe('what was found', () => {
  const rowOf = (what: string): readonly string[] =>
    Array.from({ length: report.findings.findIndex(({ where }) => where.startsWith(what)) }, () => 'down')
  test('leads to the file in the layer that brought it, and in the one that hides it', () => {
    const brought = found(...rowOf('/root/.ssh'), 'enter')
    assert.deepEqual([brought.screen, brought.pane, brought.layers.at.cursor], ['panes', 'tree', 1])
    const here = ({ tree }: State): string => tree.tree.path(current(tree)!)
    assert.equal(here(brought), '/root/.ssh/deploy_key')
    const hidden = found(...rowOf('/root/.ssh'), 'x')
    assert.deepEqual([here(hidden), hidden.layers.at.cursor], ['/root/.ssh/deploy_key', 2])
    assert.match(drawn(found(...rowOf('/root/.npmrc'), 'x')), /nothing hides it/)
  })
  test('leads to the lines that brought and hid it, of a variable too', () => {
    const line = (state: State): number => state.dockerfile.cursor
    const rowOfLine = (text: string): number =>
      drawn(found('f'))
        .split('\n')
        .findIndex((row) => row.includes(text)) - 2
    assert.equal(line(found(...rowOf('/root/.ssh'), 'f')), rowOfLine('COPY deploy_key'))
    assert.equal(line(found(...rowOf('/root/.ssh'), 'F')), rowOfLine('RUN ./fetch'))
    assert.equal(line(found(...rowOf('ENV'), 'f')), rowOfLine('ENV DB_PASSWORD'))
    assert.match(drawn(found(...rowOf('ENV'), 'enter')), /is in no file/)
  })
  test('no screen shows a value', () => {
    const screens = [
      ...report.findings.map((_, i) => found(...Array.from({ length: i }, () => 'down'))),
      found('f'),
      ...study.report.layers.map((_, i) => press(start(), ...Array.from({ length: i }, () => 'down')).state),
    ].map(drawn)
    for (const screen of screens)
      for (const value of values) assert.ok(!screen.includes(value.slice(0, 12)), screen)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a name must not bring
    assert.doesNotMatch(screens.join('\n'), /\x1b|\u202e/)
  })
  test('fits a small terminal', () => {
    const small = { ...found(), size: { columns: 40, rows: 8 } }
    assert.match(drawn(small), /Secrets: 6 found/)
  })
})
