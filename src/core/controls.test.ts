// No text of an image can make a terminal do something.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spellControls, spellName } from './index.ts'

test('what a terminal obeys is spelled out, and lines stay lines', () => {
  assert.equal(spellControls('a\x1b]0;title\x07\tb\r\nc\n'), 'a\\u001b]0;title\\u0007\tb\r\nc\n')
  assert.equal(
    spellControls('\u009b31m \x7f over\rwritten gnp\u202egpj'),
    '\\u009b31m \\u007f over\\u000dwritten gnp\\u202egpj',
  )
  assert.equal(spellControls('é 日本 😀'), 'é 日本 😀')
})

test('a name stays on its line', () => {
  assert.equal(spellName('a\nb\tc\rd\x1b'), 'a\\nb\\tc\\rd\\u001b')
})

test('JSON means the same with its controls spelled out', () => {
  const value = { name: 'x\x1b\x7f\u009b\u202e\n' }
  assert.deepEqual(JSON.parse(spellControls(JSON.stringify(value, undefined, 2))), value)
})
