import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault } from './fault.ts'
import { compileGlob } from './glob.ts'

test('a glob matches as Go’s path.Match does', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['*c', 'abc', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
    ['ab[^e-g]', 'abc', true],
    ['a???b', 'a☺☻☹b', true],
    ['[a-ζ]*', 'α', true],
    ['a[^a]b', 'a/b', true],
    ['[\\]a]', ']', true],
    ['a\\*b', 'a*b', true],
    ['[b-a]', 'a', false],
    ['a.c', 'abc', false],
    ['', '', true],
  ]
  for (const [pattern, text, expected] of rows)
    assert.equal(compileGlob(pattern)(text), expected, `${pattern} ${text}`)
  for (const pattern of ['[]a]', '[-]', '[x-]', '[a-b-c]', '[', '[^', '[^bc', 'a[', '\\'])
    assert.throws(() => compileGlob(pattern), isFault, pattern)
})
