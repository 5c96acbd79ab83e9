import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readPreferences } from './browser-preferences.ts'

test("dive's configuration is read for what the browser understands", async (t) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(home, { recursive: true, force: true }))
  assert.deepEqual(await readPreferences({}), {})
  assert.deepEqual(await readPreferences({ HOME: home }), {})

  const write = (text: string): void => fs.writeFileSync(path.join(home, '.dive.yaml'), text)
  write(`container-engine: docker
keybinding:
  quit: ctrl+q
  filter-files: "ctrl+f, ctrl+slash"
diff:
  hide: [unmodified]
filetree:
  collapse-dir: true
  pane-width: 0.6
  show-attributes: false
log:
  enabled: true
`)
  const expected = {
    keys: { quit: ['ctrl-q'], 'filter-files': ['ctrl-f', 'ctrl-/'] },
    hide: ['unmodified'],
    folded: true,
    attributes: false,
    aggregated: undefined,
    treeWidth: 0.6,
  }
  assert.deepEqual(await readPreferences({ HOME: home }), expected)

  fs.mkdirSync(path.join(home, 'config/dive'), { recursive: true })
  fs.writeFileSync(path.join(home, 'config/dive/a.yaml'), 'layer:\n  show-aggregated-changes: true\n')
  const { aggregated, keys } = await readPreferences({
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
  })
  assert.deepEqual([aggregated, keys], [true, {}])

  for (const [text, message] of [
    ['filetree: {pane-width: 3}', /filetree\.pane-width is to be a number between 0 and 1/],
    ['filetree: {collapse-dir: often}', /filetree\.collapse-dir is to be true or false/],
    ['diff: {hide: [everything]}', /diff\.hide is to be a list of added/],
    ['keybinding: {quit: 3}', /keybinding\.quit is to be keys/],
  ] as const) {
    write(text)
    await assert.rejects(readPreferences({ HOME: home }), message)
  }
})
