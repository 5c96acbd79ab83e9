import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from '../core/index.ts'
import { changedParts } from './changes.ts'
import { explainMiss, missOf } from './explain.ts'
import { belowName, concealed, field, type KeyPart, keyOf, note } from './key.ts'
import { parseRecipe, printRecipe, splitRecipes } from './recipe.ts'

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
const own = before.slice(0, 2)

const cases: readonly (readonly [string, readonly KeyPart[], string])[] = [
  ['a byte', [...own, file('a.txt', '9'), file('b.txt', '2')], 'a.txt content changed'],
  [
    'a mode',
    [...own, file('a.txt', '1', 'file 755 0:0'), file('b.txt', '2')],
    'a.txt mode changed from 644 to 755',
  ],
  [
    'mode, owner and content',
    [...own, file('a.txt', '9', 'file 755 1:1'), file('b.txt', '2')],
    'a.txt mode changed from 644 to 755, owner changed from 0:0 to 1:1, and its content',
  ],
  [
    'a kind',
    [...own, file('a.txt', 'b', 'symlink 777 0:0'), file('b.txt', '2')],
    'a.txt kind changed from file to symlink, and its content',
  ],
  [
    'an extended attribute',
    [...own, file('a.txt', '1', 'file 644 0:0 abc'), file('b.txt', '2')],
    'a.txt attributes changed',
  ],
  ['a name', [...own, file('a.txt', '1'), file('c.txt', '2')], 'c.txt was b.txt before'],
  [
    'names that could be several',
    [...own, file('c.txt', '2'), file('d.txt', '2'), file('a.txt', '1')],
    'c.txt is new (and 2 more files)',
  ],
  ['a new file', [...before, file('c.txt', '3')], 'c.txt is new'],
  ['a removed file', before.slice(0, 3), 'b.txt is gone'],
  ['two files', [...own, file('a.txt', '9'), file('b.txt', '9')], 'a.txt content changed (and 1 more file)'],
  [
    'the command',
    [field(belowName, 'a'), field('command', 'make all'), ...before.slice(2)],
    'command changed from "make" to "make all"',
  ],
  ['a new field', [...before, field('x', '1', 'ARG x')], 'ARG x is new'],
  ['only what is below', [field(belowName, 'b'), ...before.slice(1)], 'the layers below changed'],
  [
    'own and below',
    [field(belowName, 'b'), field('command', 'x'), ...before.slice(2)],
    'command changed from "make" to "x"',
  ],
]

for (const [name, after, expected] of cases)
  test(`a miss names ${name}`, () => {
    assert.equal(explainMiss(missOf(changedParts(before, after), 0)), expected)
    assert.notEqual(keyOf(after).digest, keyOf(before).digest)
  })

test('what is no part of the key changes nothing', () => {
  const same = [...before.map((part) => ({ ...part, label: 'x', path: 'y' })), note('n', '1')]
  assert.equal(keyOf(same).digest, keyOf(before).digest)
  assert.equal(keyOf([...before].reverse()).digest, keyOf(before).digest)
  assert.deepEqual(changedParts([...before, note('n', '2')], same), [])
})

test('a secret value is in no key part and in no explanation, and compares on any machine', () => {
  const part = (value: string): KeyPart =>
    concealed({ kind: 'field', name: 'variable TOKEN', value, label: 'ARG TOKEN' })
  const changes = changedParts([part('hunter2')], [part('hunter3')])
  assert.deepEqual(changes, [{ kind: 'field', name: 'ARG TOKEN', change: 'changed' }])
  assert.deepEqual(changedParts([part('hunter2')], []), [
    { kind: 'field', name: 'ARG TOKEN', change: 'removed' },
  ])
  assert.deepEqual(changedParts([part('hunter2')], [part('hunter2')]), [])
  assert.ok(!JSON.stringify([changes, part('hunter2')]).includes('hunter'))
})

test('of many changes some are listed and the rest are counted', () => {
  const many = Array.from({ length: 1500 }, (_, i) => file(`${i}`, `sha256:${i}`))
  const miss = missOf(changedParts(before, [...before, ...many]), 0)
  assert.equal(miss.kind === 'changed' && miss.changes.length + miss.more, 1500)
  assert.equal(explainMiss(miss), '0 is new (and 1499 more files)')
})

test('another instruction in the same place is a new step, and equal parts a lost result', () => {
  const copy = [field('instruction', 'COPY')]
  assert.equal(missOf(changedParts(copy, [field('instruction', 'RUN')]), 0).kind, 'new')
  assert.equal(missOf(changedParts(copy, copy), 0).kind, 'gone')
})

test('a recipe holds every part, in whatever number, and damage only costs the explanation', () => {
  const parts: KeyPart[] = [...own, field('variable V', '1', 'ARG V'), note('n', 'x'), ...before.slice(2)]
  for (let i = 0; i < 20_000; i++) parts.push(file(`dir/\u00e9\n${i}`, `sha256:${i}`))
  const recipe = printRecipe(parts)
  assert.deepEqual([...parseRecipe(recipe)], parts)
  assert.deepEqual([...parseRecipe(printRecipe([]))], [])
  for (const cut of [1, 5, recipe.length >> 1, recipe.length - 1])
    assert.ok([...parseRecipe(recipe.subarray(0, cut))].length < parts.length)
})

test('the same changes are found without what two recipes have in common', () => {
  let seed = 7
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const pick = (): KeyPart[] => {
    const parts: KeyPart[] = [note('n', String(random(2)))]
    for (let i = 0; i < 5; i++) if (random(4) > 0) parts.push(field(`f${i}`, String(random(2))))
    for (let i = 0; i < 12; i++) if (random(4) > 0) parts.push(file(`d/${i}`, String(random(3))))
    return parts
  }
  for (let round = 0; round < 200; round++) {
    const [earlier, later] = [pick(), pick()]
    const rest = splitRecipes(printRecipe(earlier), printRecipe(later))
    assert.deepEqual(changedParts(rest.before, rest.after), changedParts(earlier, later))
    const files = (parts: readonly KeyPart[]) => parts.filter(({ kind }) => kind === 'file')
    assert.ok(files(rest.after).length <= files(changedOf(later, earlier)).length)
  }
})

test('of many files only what differs is taken apart, wherever files come and go', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => file(`dir/${i}`, sha256(String(i))))
  const bytes = printRecipe([...own, ...many])
  for (const later of [
    many.toSpliced(3, 1),
    many.toSpliced(9_000, 0, file('dir/new', sha256('new'))),
    many.with(19_999, file('dir/19999', sha256('changed'))),
  ]) {
    const rest = splitRecipes(bytes, printRecipe([...own, ...later]))
    assert.deepEqual(
      changedParts(rest.before, rest.after),
      changedParts([...own, ...many], [...own, ...later]),
    )
    assert.ok(rest.before.length + rest.after.length <= 2 * own.length + 2)
  }
})

function changedOf(parts: readonly KeyPart[], others: readonly KeyPart[]): KeyPart[] {
  const known = new Set(others.map((part) => JSON.stringify(part)))
  return parts.filter((part) => !known.has(JSON.stringify(part)))
}
