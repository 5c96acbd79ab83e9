import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMode } from './mode.ts'

function changed(text: string, mode: number, kind: 'file' | 'directory' = 'file'): string {
  return parseMode(text)
    .change(mode, kind === 'directory')
    .toString(8)
}

test('a number replaces all bits', () => {
  assert.equal(changed('0640', 0o4755), '640')
  assert.throws(() => parseMode('10000'), { code: 'copy.invalid' })
})

test('letters add, take away and set, each for whom they name', () => {
  assert.equal(changed('u+x,go-r', 0o644), '700')
  assert.equal(changed('go=u', 0o640), '666')
  assert.equal(changed('+t', 0o755), '1755')
  assert.throws(() => parseMode('u=rwxg'), { code: 'copy.invalid' })
})

test('= takes the set-id bits of whom it names, of directories too', () => {
  assert.equal(changed('a=rX', 0o2755, 'directory'), '555')
  assert.equal(changed('o=r', 0o6755), '6754')
  assert.equal(changed('g=o', 0o2755), '2755')
})

test('X is for directories and what somebody could run before', () => {
  assert.equal(changed('a+X', 0o644), '644')
  assert.equal(changed('a+X', 0o644, 'directory'), '755')
  assert.equal(changed('u+x,go+X', 0o644), '744')
})
