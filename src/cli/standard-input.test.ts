import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readInputText } from './standard-input.ts'

test('standard input is read whole as text, and not without an end', (t) => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'peel-')), 'input')
  t.after(() => fs.rmSync(path.dirname(file), { recursive: true }))
  const text = 'é'.repeat(100_000)
  fs.writeFileSync(file, `x${text}`)
  const fd = fs.openSync(file, 'r')
  assert.equal(readInputText(fd), `x${text}`)
  fs.closeSync(fd)
  const endless = fs.openSync('/dev/zero', 'r')
  assert.throws(() => readInputText(endless), { code: 'usage.invalid', message: /more than 16 MiB/ })
  fs.closeSync(endless)
})
