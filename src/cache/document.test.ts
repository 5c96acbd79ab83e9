import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asDiffId, sha256 } from '../core/index.ts'
import { parseCache, parseInline, printCache, printInline, type StepToPrint } from './index.ts'
import { field } from './key.ts'
import { printRecipe } from './recipe.ts'

const step = (name: string, recipeBytes = printRecipe([field('command', name)])): StepToPrint => ({
  key: sha256(name),
  op: sha256(`op ${name}`),
  origin: name === 'b' ? sha256('origin') : undefined,
  stage: 'build',
  number: 1,
  platform: 'linux/amd64',
  layer: { diffId: asDiffId(sha256(`layer ${name.length}`)), size: 1024, contentSize: 7 },
  created: 1_700_000_000_000,
  recipeBytes,
})
const steps = [step('a'), step('b'), step('long')]
const long = steps[2]!.layer.diffId
const stored = new Set([long])

test('the same steps are the same bytes, and come back as they were', () => {
  const printed = printCache(steps, stored)
  assert.deepEqual(printCache([...steps].reverse(), stored).document, printed.document)
  const { steps: found, layers } = parseCache(printed.document)
  assert.deepEqual([layers.length, layers[0]!.diffId, printed.stored], [2, long, [long]])
  assert.deepEqual(
    new Set(found.map(({ key, origin, layer }) => [key, origin, layer.diffId].join())),
    new Set(steps.map(({ key, origin, layer }) => [key, origin, layer.diffId].join())),
  )
  for (const { key, recipe } of found) {
    const { recipeBytes } = steps.find((one) => one.key === key)!
    const bytes = printed.recipes.subarray(recipe!.from, recipe!.from + recipe!.length)
    assert.ok(Buffer.from(bytes).equals(recipeBytes))
  }
})

test('in an image there are the same steps, and of the recipes as many as fit', () => {
  const { document, recipes } = parseInline(printInline([...steps, step('huge', Buffer.alloc(1 << 20))]))
  assert.equal(document.steps.length, 4)
  assert.deepEqual(
    document.steps.filter(({ recipe }) => recipe === undefined).map(({ key }) => key),
    [sha256('huge')],
  )
  assert.deepEqual(Buffer.from(recipes), Buffer.from(printCache(steps, stored).recipes))
})

const valid = JSON.parse(Buffer.from(printCache(steps, stored).document).toString())
const wrong: Readonly<Record<string, unknown>> = {
  'no object': [],
  'another version': { ...valid, version: 2 },
  'no layers': { ...valid, layers: undefined },
  'no digest': { ...valid, layers: [{ ...valid.layers[0], diffId: 'sha256:../../x' }] },
  'a layer that is not listed': { ...valid, steps: [{ ...valid.steps[0], layer: 7 }] },
  'a time that is none': { ...valid, steps: [{ ...valid.steps[0], created: 1e300 }] },
  'a recipe before the beginning': { ...valid, steps: [{ ...valid.steps[0], recipe: [-1, 5] }] },
}
for (const [name, value] of Object.entries(wrong))
  test(`a document with ${name} is refused`, () => {
    assert.throws(() => parseCache(Buffer.from(JSON.stringify(value))), { code: 'cache.invalid' })
  })

test('what is no document is refused', () => {
  assert.throws(() => parseCache(Buffer.from('{')), { code: 'cache.invalid' })
  for (const text of ['', 'AAAA', Buffer.from('{}').toString('base64'), printInline(steps).slice(0, 40)])
    assert.throws(() => parseInline(text), { code: 'cache.invalid' })
})
