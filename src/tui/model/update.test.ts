// The reducer and what it draws, on a real study of a small image: keys in, states and rows out.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silent } from '../../core/index.ts'
import { type Comparison, type Engine, openEngine, type Study } from '../../engine/index.ts'
import { storeBrowsedImage } from '../../testing/browsed-image.ts'
import { drawScreen } from '../view/screen.ts'
import { begin } from './begin.ts'
import { layOut } from './layout.ts'
import { listOf } from './move.ts'
import type { Effect, Pane, State } from './state.ts'
import { current } from './tree.ts'
import { type Action, update } from './update.ts'

let folder = ''
let engine: Engine
let study: Study
let comparison: Comparison
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  await storeBrowsedImage(folder, 'small', 600)
  engine = openEngine({ root: folder, env: {} })
  study = await engine.study('small', {}, silent)
  const before = { source: 'small', layer: 1 }
  comparison = await engine.compare({ before, after: { source: 'small' } }, {}, silent)
})
after(() => {
  comparison[Symbol.dispose]()
  study[Symbol.dispose]()
  engine[Symbol.dispose]()
  fs.rmSync(folder, { recursive: true, force: true })
})

const size = { columns: 150, rows: 40 }

/** Keys one after the other; `text:abc` types. */
function press(from: State, ...keys: readonly string[]): { state: State; effect: Effect | undefined } {
  let state = from
  let effect: Effect | undefined
  for (const key of keys.flatMap((name) => (name.startsWith('text:') ? [...name.slice(5)] : [name])))
    ({ state, effect } = { effect: undefined, ...update(state, { kind: 'key', name: key }) })
  return { state, effect }
}

const start = (...keys: readonly string[]): State => press(begin(study, size), ...keys).state

function rows(state: State): readonly string[] {
  const grid = drawScreen(state)
  return Array.from({ length: grid.rows }, (_, row) =>
    grid.texts
      .slice(row * grid.columns, (row + 1) * grid.columns)
      .join('')
      .trimEnd(),
  )
}
const drawn = (state: State): string => rows(state).join('\n')
const here = ({ tree }: State): string => tree.tree.path(current(tree)!)

describe('layers', () => {
  test('the keys of dive choose what is compared', () => {
    assert.deepEqual(start().tree.view.span, { lower: 1, upper: 1 })
    assert.deepEqual(start('down').tree.view.span, { lower: 1, upper: 2 })
    assert.deepEqual(start('j', 'j', 'ctrl-a').tree.view.span, { lower: 1, upper: 3 })
    assert.deepEqual(start('j', 'j', 'ctrl-a', 'ctrl-l', 'k').tree.view.span, { lower: 1, upper: 2 })
    assert.deepEqual(start('G').tree.view.span, { lower: 5, upper: 6 })
  })
  test('any two are compared by a mark', () => {
    assert.deepEqual(start('G', 'c', 'k', 'k', 'k').tree.view.span, { lower: 3, upper: 6 })
    assert.deepEqual(start('j', 'c', 'G').tree.view.span, { lower: 2, upper: 6 })
    assert.deepEqual(start('j', 'c', 'G', 'esc').tree.view.span, { lower: 5, upper: 6 })
  })
  test('the tree stays at the file it was at', () => {
    const state = start('j', 'tab', '/', 'text:server', 'enter', 'tab', 'j', 'j')
    assert.equal(here(state), '/app/server')
  })
})

describe('the tree', () => {
  test('folds, opens, and goes in and out', () => {
    const folded = start('j', 'tab', 'space')
    assert.match(drawn(folded), /├─⊕ app\n/)
    assert.equal(here(press(folded, 'right', 'right').state), '/app/assets')
    assert.equal(here(press(folded, 'right', 'right', 'right', 'left', 'left').state), '/app')
    const all = start('j', 'tab', 'ctrl-space')
    assert.equal(all.tree.outline.ids.length, 4)
    assert.ok(press(all, 'ctrl-space').state.tree.outline.ids.length > 600)
  })
  test('hides each kind of change', () => {
    const state = start('j', 'j', 'j', 'tab', 'ctrl-u')
    assert.deepEqual(paths(state), ['/app', '/app/assets', '/app/assets/logo.png'])
    assert.deepEqual(paths(press(state, 'enter').state), [])
    assert.deepEqual(paths(press(state, 'a', 'enter', 'enter', 'a').state), [])
    const removed = start('j', 'j', 'j', 'j', 'tab', 'ctrl-u')
    assert.ok(paths(removed).includes('/app/build/object.o'))
    assert.deepEqual(paths(press(removed, 'ctrl-r').state), ['/app', '/etc'])
  })
  test('says what an attribute-only change changed', () => {
    assert.match(drawn(start('j', 'j', 'j', 'tab', 'j')), /owner 0:0 → 1000:1000/)
    assert.match(drawn(start('j', 'j', 'j')), /% drwxr-xr-x {3}1000:1000/)
  })
  test('sorts by size and back', () => {
    const bySize = start('j', 'j', 'tab', 'ctrl-o', 'g')
    assert.deepEqual(paths(bySize).slice(0, 3), ['/app', '/app/build', '/app/build/object.o'])
    assert.deepEqual(paths(press(bySize, 's').state).slice(0, 2), ['/app', '/app/assets'])
  })
  test('filters by regular expression, by glob where it is none, and by text', () => {
    assert.deepEqual(paths(start('ctrl-f', 'text:file00[12]')), [
      '/usr',
      '/usr/share',
      ...[0, 1, 2].flatMap((d) => [
        `/usr/share/d000${d}`,
        `/usr/share/d000${d}/file001.txt`,
        `/usr/share/d000${d}/file002.txt`,
      ]),
    ])
    assert.deepEqual(paths(start('j', 'ctrl-f', 'text:*.png')), [
      '/app',
      '/app/assets',
      '/app/assets/logo.png',
    ])
    assert.deepEqual(
      paths(start('j', 'ctrl-/', 'text:[', 'backspace', 'text:logo', 'enter', 'esc')).length,
      start('j').tree.outline.ids.length,
    )
  })
  test('searches while one types, round and round, and goes back', () => {
    const typing = start('j', 'tab', '/', 'text:00')
    assert.equal(here(typing), '/usr/share/d0000')
    const found = press(
      typing,
      'text:1.TXT',
      'backspace',
      'backspace',
      'backspace',
      'text:txt',
      'enter',
    ).state
    assert.equal(here(found), '/usr/share/d0000/file001.txt')
    assert.equal(here(press(found, 'n').state), '/usr/share/d0001/file001.txt')
    assert.equal(here(press(found, 'N').state), '/usr/share/d0002/file001.txt')
    assert.match(drawn(found), /1\/3 for "001\.txt"/)
    assert.equal(here(press(typing, 'esc').state), '/app')
    assert.match(drawn(start('/', 'text:nowhere', 'enter')), /nothing here matches "nowhere"/)
    assert.equal(here(start('j', 'tab', 'ctrl-space', '/', 'text:*.png', 'enter')), '/app/assets/logo.png')
  })
  test('wraps long rows and keeps the cursor on the pane', () => {
    const narrow = begin(study, { columns: 74, rows: 12 })
    const { state } = press(narrow, 'tab', 'ctrl-p', '/', 'text:cert', 'enter')
    assert.match(drawn(state), /cert\.pem/)
  })
})

/** What the engine would answer to a `read`, with small texts for contents. */
function contentOf(state: State, effect: Effect): Action {
  assert.ok(effect.kind === 'read')
  const versions = study.tree.versions(effect.id)
  const of = (layer: number | undefined, text: string) => {
    const version = versions.find((one) => one.layer === layer)
    return version === undefined ? undefined : { version, bytes: Buffer.from(text) }
  }
  assert.equal(state.screen, 'file')
  return { kind: 'content', content: of(effect.layer, 'one\ntwo\n')!, below: of(effect.below, 'one\n2\n') }
}

describe('files', () => {
  test('are shown as text, as bytes and by what differs below', () => {
    const opened = press(start('G', 'tab', '/', 'text:settings', 'enter'), 'v')
    const shown = update(opened.state, contentOf(opened.state, opened.effect!)).state
    assert.deepEqual(rows(shown).slice(2, 5), ['one', 'two', ''])
    assert.match(drawn(press(shown, 'x').state), /00000000 {2}6f 6e 65 0a 74 77 6f 0a/)
    const difference = drawn(press(shown, 'c').state)
    assert.match(difference, /^- size 540\n\+ size 545$/m)
    assert.match(difference, /^ {2}one\n- 2\n\+ two$/m)
    assert.equal(press(shown, 'q').state.screen, 'panes')
  })
  test('binary ones start as bytes', () => {
    const opened = press(start('tab', 'j'), 'v')
    const action = contentOf(opened.state, opened.effect!)
    assert.ok(action.kind === 'content')
    const bytes = Uint8Array.of(0x7f, 0x45, 0)
    const { state } = update(opened.state, { ...action, content: { ...action.content, bytes } })
    assert.equal(state.file?.mode, 'hex')
  })
  test('are extracted from the state in which they are there', () => {
    const state = start('j', 'j', 'j', 'j', 'tab', 'j', 'j', 'j')
    assert.equal(here(state), '/app/build')
    const id = current(state.tree)!
    const { effect } = press(state, 'ctrl-e', 'ctrl-u', 'text:/tmp/x y', 'enter')
    assert.deepEqual(effect, { kind: 'extract', id, height: 4, directory: '/tmp/x y' })
    assert.equal(press(state, 'ctrl-e', 'esc').effect, undefined)
  })
})

describe('waste and Dockerfile', () => {
  test('an item leads to its file where it was brought and where it is hidden', () => {
    const brought = start('w', 'enter')
    assert.equal(here(brought), '/app/build')
    assert.deepEqual([brought.layers.at.cursor, brought.tree.view.mark(current(brought.tree)!)], [2, 'added'])
    const hidden = start('w', 'x')
    assert.deepEqual([hidden.layers.at.cursor, hidden.tree.view.mark(current(hidden.tree)!)], [4, 'removed'])
  })
  test('an item leads to its lines, a line to its layer and back', () => {
    assert.match(
      rows(start('w', 'f'))[start('w', 'f').dockerfile.cursor + 2]!,
      /^ +3 +286kB +252kB +RUN make/,
    )
    assert.match(rows(start('w', 'F'))[start('w', 'F').dockerfile.cursor + 2]!, /^ +6 .*RUN rm -rf/)
    assert.equal(start('w', 'f', 'enter').layers.at.cursor, 2)
    assert.equal(start('j', 'enter').dockerfile.cursor, 2)
    assert.match(drawn(start('f', 'G', 'enter')), /this line made no layer/)
  })
  test('a path of the image details leads to the file', () => {
    const state = start('right', 'right', 'G', 'enter')
    assert.deepEqual([here(state), state.pane], ['/etc/motd', 'tree'])
  })
})

describe('the whole', () => {
  test('tab, arrows and Shift-Tab go through the panes', () => {
    const panes = (...keys: readonly string[]): Pane => start(...keys).pane
    assert.equal(panes('tab'), 'tree')
    assert.equal(panes('tab', 'tab'), 'layers')
    assert.deepEqual(
      [panes('right'), panes('right', 'right'), panes('right', 'right', 'right'), panes('left')],
      ['layer', 'image', 'layers', 'image'],
    )
    assert.equal(panes('left', 'shift-tab'), 'tree')
  })
  test('ctrl-c and q end it, from a screen first to the panes', () => {
    for (const key of ['ctrl-c', 'q']) {
      assert.deepEqual(press(start(), key).effect, { kind: 'quit' })
      assert.deepEqual(
        [press(start('w'), key).effect, press(start('w'), key).state.screen],
        [undefined, 'panes'],
      )
    }
  })
  test('the line that is typed into is edited as lines are', () => {
    const text = (...keys: readonly string[]) => start('i', ...keys).prompt?.text
    assert.equal(text('text:ab', 'left', 'text:x', 'end', 'space', 'text:日', 'backspace'), 'axb ')
    assert.equal(text('text:one two', 'ctrl-w'), 'one ')
    assert.equal(text('text:abc', 'home', 'delete', 'right', 'ctrl-u'), 'c')
    const pasted = update(start('i'), { kind: 'paste', text: 'a/b:c\nrm' }).state
    assert.equal(pasted.prompt?.text, 'a/b:c')
    assert.deepEqual(press(pasted, 'enter').effect, { kind: 'compare', other: 'a/b:c' })
  })
  test('another image takes the place of the layer below, until Escape', () => {
    const { state } = update(start(), { kind: 'compared', comparison })
    assert.match(drawn(state), /From small@layer1 to small/)
    assert.ok(!paths(state).includes('/bin/sh') && paths(state).includes('/var'))
    const opened = press(state, '/', 'text:settings', 'enter', 'c')
    const file = update(opened.state, contentOf(opened.state, opened.effect!)).state
    assert.match(drawn(file), /from small, against small@layer1/)
    assert.equal(press(state, 'esc').state.comparison, undefined)
  })
  test("it starts and takes keys as dive's configuration says", () => {
    const keys = { quit: ['x'], 'toggle-view': ['ctrl-t', 'o'], up: ['i'], 'toggle-added-files': ['1'] }
    const liked = {
      keys,
      hide: ['unmodified'],
      folded: true,
      attributes: false,
      aggregated: true,
      treeWidth: 0.7,
    } as const
    const first = begin(study, size, liked)
    assert.deepEqual(
      [first.layers.changes, first.tree.attributes, first.tree.hide],
      ['aggregated', false, new Set(['unmodified'])],
    )
    assert.ok(first.tree.collapsed.size > 0)
    assert.equal(rows(first)[0]!.indexOf('Current Layer') + rows(first)[0]!.indexOf('Aggregated'), 46)
    for (const key of ['x', 'ctrl-c']) assert.deepEqual(press(first, key).effect, { kind: 'quit' })
    assert.deepEqual([press(first, 'o').state.pane, press(first, 'tab').state.pane], ['tree', 'layers'])
    assert.equal(press(first, 'j', 'j', 'i').state.layers.at.cursor, 1)
    assert.equal(press(first, 'ctrl-t', '1').state.tree.hide.has('added'), true)
    assert.match(drawn(press(first, '?').state), /^ {2}x, \^C +quit$/m)
  })
  test('clicks choose and open, the wheel scrolls', () => {
    const click = (state: State, x: number, y: number): State =>
      update(state, { kind: 'mouse', button: 'left', x, y }).state
    const third = click(start(), 20, 4)
    assert.equal(third.layers.at.cursor, 2)
    const tree = click(third, 100, 3)
    assert.deepEqual([tree.pane, here(tree)], ['tree', '/app/assets'])
    assert.ok(click(tree, 100, 3).tree.collapsed.size === 1)
    assert.equal(update(tree, { kind: 'mouse', button: 'down', x: 100, y: 20 }).state.tree.at.top, 3)
    assert.equal(click(start('w'), 5, 3).waste.cursor, 1)
  })
  test('whatever is pressed, at whatever size, the cursor is on what is drawn', () => {
    const keys = [
      ...'up down j k pgup pgdn g G left right tab shift-tab enter esc space ctrl-space ctrl-a ctrl-l ctrl-r ctrl-u ctrl-b'.split(
        ' ',
      ),
      ...'ctrl-p ctrl-o ctrl-f ctrl-e / n N a c v x w f F ? 0 i backspace'.split(' '),
    ]
    let seed = 7
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (seed >> 8) % below
    }
    let state = begin(study, size)
    for (let round = 0; round < 3000; round++) {
      const action: Action =
        next(20) === 0
          ? { kind: 'resized', size: { columns: 1 + next(160), rows: 1 + next(50) } }
          : next(10) === 0
            ? {
                kind: 'mouse',
                button: (['left', 'up', 'down'] as const)[next(3)]!,
                x: next(160),
                y: next(50),
              }
            : { kind: 'key', name: keys[next(keys.length)]! }
      state = update(state, action).state
      const grid = drawScreen(state)
      assert.equal(grid.texts.length, state.size.columns * state.size.rows)
      const { panes } = layOut(state)
      for (const pane of ['layers', 'image', 'tree'] as const) {
        if (panes[pane] === undefined) continue
        const { at, extent } = listOf({ ...state, screen: 'panes' }, pane)
        const shown =
          at.cursor >= at.top && at.cursor < Math.max(1, Math.min(extent.length, at.top + extent.height))
        assert.ok(
          shown || state.size.rows < 8,
          `${JSON.stringify(action)}: ${pane} ${JSON.stringify({ at, extent })}`,
        )
      }
    }
  })
})

function paths({ tree }: State): readonly string[] {
  return [...tree.outline.ids].map((id) => tree.tree.path(id))
}
