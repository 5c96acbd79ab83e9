// The gate: dive's rules with their thresholds, ours, and what a gate leaves out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrata, type Entry, type Strata } from '../../layer/index.ts'
import { openTestStore } from '../../testing/layer-store.ts'
import { file, gone, tree } from '../../testing/tree.ts'
import { findHidden } from '../study/hidden.ts'
import { parseBytes } from './bytes.ts'
import { createGate, type GateResult } from './gate.ts'
import { judgedOf, type LeftOut } from './judged.ts'
import type { RuleValues } from './rules.ts'

function strataOf(...layers: readonly (readonly Entry[])[]): Strata {
  using store = openTestStore()
  return createStrata(layers.map((entries) => store.index(store.add(tree(...entries)))))
}

/** 100 bytes of base, 60 + 40 of ours, of which the base loses 100 and we lose 60. */
const wasteful = strataOf(
  [file('/base', 'b'.repeat(100))],
  [file('/a', 'a'.repeat(60)), file('/c', 'c'.repeat(40))],
  [gone('/base'), gone('/a')],
)

const nothing: LeftOut = { baseLayers: 0, ignore: [], floorBytes: 0 }

function judge(strata: Strata, values: RuleValues, leftOut: Partial<LeftOut> = {}): GateResult {
  return createGate(values)(judgedOf(strata, findHidden(strata), { ...nothing, ...leftOut }))
}

function failed({ results }: GateResult): string[] {
  return results.filter(({ status }) => status === 'failed').map(({ key }) => key)
}

test("dive's defaults, and thresholds that are met but not crossed", () => {
  assert.deepEqual(failed(judge(wasteful, {})), ['highestUserWastedPercent', 'lowestEfficiency'])
  const met = { lowestEfficiency: '0.2', highestWastedBytes: '160', highestUserWastedPercent: 'off' }
  assert.deepEqual(failed(judge(wasteful, met)), [])
  assert.deepEqual(failed(judge(wasteful, { ...met, highestWastedBytes: '159' })), ['highestWastedBytes'])
})

test('a rule that is off is told of if it is one of dive, and not otherwise', () => {
  const off = { lowestEfficiency: 'disabled', highestWastedBytes: '', highestUserWastedPercent: 'FALSE' }
  assert.deepEqual(
    judge(wasteful, off).results.map(({ key, status }) => `${key} ${status}`),
    ['highestUserWastedPercent disabled', 'highestWastedBytes disabled', 'lowestEfficiency disabled'],
  )
})

test('our rules: reclaimable bytes, their part, layers', () => {
  const ours = { lowestEfficiency: 'off', highestUserWastedPercent: 'off' }
  assert.deepEqual(failed(judge(wasteful, { ...ours, highestReclaimableBytes: '159B' })), [
    'highestReclaimableBytes',
  ])
  assert.deepEqual(failed(judge(wasteful, { ...ours, highestReclaimablePercent: '0.8' })), [])
  assert.deepEqual(failed(judge(wasteful, { ...ours, highestReclaimablePercent: '0.79' })), [
    'highestReclaimablePercent',
  ])
  assert.deepEqual(failed(judge(wasteful, { ...ours, highestLayers: '3' })), [])
  assert.deepEqual(failed(judge(wasteful, { ...ours, highestLayers: '2' })), ['highestLayers'])
})

test('without the base only what was built on it counts', () => {
  const { judged } = judge(wasteful, {}, { baseLayers: 1 })
  assert.equal(judged.reclaimableBytes, 60)
  assert.equal(judged.shippedBytes, 100)
  assert.equal(judged.layers, 2)
  assert.equal(judged.dive.wastedBytes, 60)
  assert.deepEqual(
    judged.items.map(({ path }) => path),
    ['/a'],
  )
})

test('ignored paths waste nothing, and a floor keeps ratios from failing for little', () => {
  const ignored = judge(wasteful, {}, { ignore: ['/a', '/ba*'] })
  assert.equal(ignored.judged.reclaimableBytes, 0)
  assert.equal(ignored.judged.dive.wastedBytes, 0)
  assert.ok(ignored.passed)
  assert.ok(judge(wasteful, {}, { floorBytes: 160 }).passed)
  assert.ok(!judge(wasteful, {}, { floorBytes: 159 }).passed)
})

test('one layer: no bytes above the base, so their part is no number, which passes', () => {
  const { passed, judged } = judge(strataOf([file('/a', 'x')]), {})
  assert.ok(passed)
  assert.ok(Number.isNaN(judged.dive.wastedUserPercent))
})

test('values that mean nothing fault, all of them at once', () => {
  assert.throws(
    () => createGate({ lowestEfficiency: '1.1', highestWastedBytes: 'much', highestLayers: '-1' }),
    {
      code: 'usage.invalid',
      message: /lowestEfficiency.*1\.100000[\s\S]*highestWastedBytes.*"much"[\s\S]*highestLayers/,
    },
  )
})

test('sizes as people write them', () => {
  const sizes = {
    '20MB': 20e6,
    '20Mb': 20e6,
    '50kB': 50_000,
    '1 GiB': 2 ** 30,
    '1.5k': 1_500,
    '7': 7,
    '1,000B': 1_000,
  }
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseBytes(text), bytes, text)
  for (const text of ['', 'MB', '10 elephants', '1.2.3']) assert.equal(parseBytes(text), undefined, text)
})
