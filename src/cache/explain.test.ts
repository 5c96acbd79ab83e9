import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedParts, explainChanges } from './explain.ts'
import { belowName, field, type KeyPart, keyOf, secretField } from './key.ts'
import { parseRecipe, printRecipe } from './recipe.ts'

const file = (path: string, content: string, state = 'file 644 0:0'): KeyPart => ({
  kind: 'file',
  name: path,
  path,
  state,
  content,
})

const before: readonly KeyPart[] = [
  field(belowName, 'a'),
  field('command', 'make'),
  file('a.txt', '1'),
  file('b.txt', '2'),
]

const cases: readonly (readonly [string, readonly KeyPart[], string | undefined])[] = [
  ['nothing', before, undefined],
  [
    'a byte',
    [field(belowName, 'a'), field('command', 'make'), file('a.txt', '9'), file('b.txt', '2')],
    'a.txt content changed',
  ],
  [
    'a mode',
    [...before.slice(0, 2), file('a.txt', '1', 'file 755 0:0'), file('b.txt', '2')],
    'a.txt mode or owner changed',
  ],
  ['a new file', [...before, file('c.txt', '3')], 'c.txt is new'],
  ['a removed file', before.slice(0, 3), 'b.txt is gone'],
  [
    'two files',
    [...before.slice(0, 2), file('a.txt', '9'), file('b.txt', '9')],
    'a.txt content changed (and 1 more file)',
  ],
  [
    'the command',
    [field(belowName, 'a'), field('command', 'make all'), ...before.slice(2)],
    'command changed from "make" to "make all"',
  ],
  ['only what is below', [field(belowName, 'b'), ...before.slice(1)], 'the layers below changed'],
  [
    'own and below',
    [field(belowName, 'b'), field('command', 'x'), ...before.slice(2)],
    'command changed from "make" to "x"',
  ],
]

for (const [name, after, expected] of cases)
  test(`a miss names ${name}`, () => {
    assert.equal(explainChanges(changedParts(before, after)), expected)
    assert.equal(keyOf(after).digest === keyOf(before).digest, expected === undefined)
  })

test('the order of parts does not matter', () => {
  assert.equal(keyOf(before).digest, keyOf([...before].reverse()).digest)
})

test('a secret value is in no recipe and in no explanation', () => {
  const changes = changedParts([secretField('ARG TOKEN', 'hunter2')], [secretField('ARG TOKEN', 'hunter3')])
  assert.equal(explainChanges(changes), 'ARG TOKEN changed')
  assert.ok(!JSON.stringify(changes).includes('hunter'))
})

test('a recipe holds every part, in whatever number, and damage only costs the explanation', () => {
  const parts: KeyPart[] = [...before]
  for (let i = 0; i < 20_000; i++) parts.push(file(`dir/\u00e9\n${i}`, `sha256:${i}`))
  const recipe = printRecipe(parts)
  assert.deepEqual([...parseRecipe(recipe)], parts)
  assert.deepEqual([...parseRecipe(printRecipe([]))], [])
  for (const cut of [1, 5, recipe.length >> 1, recipe.length - 1])
    assert.ok([...parseRecipe(recipe.subarray(0, cut))].length < parts.length)
})
