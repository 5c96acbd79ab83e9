import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fit, isFault, printSize, tame, widthOf } from '../../core/index.ts'
import { ellipsis, printDuration, printSince, printTime } from './human.ts'
import { nearest } from './nearest.ts'
import { printTable } from './table.ts'
import { fillTemplate, parseTemplate } from './template.ts'

test('sizes', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [1024, '1.02kB'],
    [999_499, '999kB'],
    [999_600, '1MB'],
    [1_982_358, '1.98MB'],
    [55_300_000, '55.3MB'],
    [1_000_000_000, '1GB'],
    [1_234_567_890_123, '1.23TB'],
  ]
  for (const [bytes, text] of sizes) assert.equal(printSize(bytes), text)
  assert.equal(printSize(1_982_358, 4), '1.982MB')
})

test('durations', () => {
  const hour = 3600_000
  const day = 24 * hour
  const durations: readonly (readonly [number, string])[] = [
    [-5, 'Less than a second'],
    [999, 'Less than a second'],
    [1000, '1 second'],
    [59_999, '59 seconds'],
    [60_000, 'About a minute'],
    [119_000, 'About a minute'],
    [120_000, '2 minutes'],
    [hour, 'About an hour'],
    [1.6 * hour, '2 hours'],
    [47 * hour, '47 hours'],
    [2 * day, '2 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [59 * day, '8 weeks'],
    [60 * day, '2 months'],
    [729 * day, '24 months'],
    [730 * day, '2 years'],
  ]
  for (const [span, text] of durations) assert.equal(printDuration(span), text)
  assert.equal(printSince(undefined, 0), 'N/A')
  assert.equal(printSince('2023-11-14T22:13:20Z', Date.parse('2026-11-20T00:00:00Z')), '3 years ago')
  assert.equal(printTime('2023-11-14T22:13:20.123456789Z'), '2023-11-14T22:13:20Z')
})

test('a table is as wide as docker makes it', () => {
  assert.equal(
    printTable([
      ['REPOSITORY', 'TAG', 'SIZE'],
      ['127.0.0.1:5000/busybox', 'latest', '1.98MB'],
    ]),
    'REPOSITORY               TAG       SIZE\n127.0.0.1:5000/busybox   latest    1.98MB\n',
  )
})

test('text is cut to cells, not to characters', () => {
  assert.equal(widthOf('日本'), 4)
  assert.equal(widthOf('e\u0301'), 1)
  assert.equal(widthOf('🙂a'), 3)
  assert.equal(fit('日本語', 5), '日本…')
  assert.equal(fit('日本語', 4), '日…')
  assert.equal(fit('abc', 3), 'abc')
  assert.equal(fit('abcd', 3), 'ab…')
  assert.equal(ellipsis('abcd', 3), 'ab…')
})

test('output that moves the cursor is tamed', () => {
  assert.equal(tame('10%\r50%\r100%\r'), '100%')
  assert.equal(tame('\x1b[1;31mred\x1b[0m\x1b[2K\tx\x1b]0;title\x07y\x07'), 'red    xy')
})

test('the nearest word', () => {
  assert.equal(nearest('buidl', ['build', 'rmi']), 'build')
  assert.equal(nearest('hist', ['build', 'history']), 'history')
  assert.equal(nearest('xyz', ['build', 'history']), undefined)
})

describe('templates', () => {
  const value = { A: 'a', N: null, C: { Cmd: ['sh', '-c'], Env: {}, M: { b: 1, a: true } } }
  const fills: readonly (readonly [string, string])[] = [
    ['x', 'x'],
    ['{{.A}}', 'a'],
    ['{{ .A }}\\t{{.C.Cmd}}', 'a\t[sh -c]'],
    ['{{json .C.Cmd}}', '["sh","-c"]'],
    ['{{.C.M}} {{.C.Env}}', 'map[a:true b:1] map[]'],
    ['{{.N}} {{json .N}} {{.N.x}}', '<nil> null <nil>'],
    ['{{json .}}', JSON.stringify(value)],
  ]
  for (const [source, text] of fills)
    test(source, () => assert.equal(fillTemplate(parseTemplate(source), value), text))
  for (const source of ['{{.A', '{{range .C}}', '{{.B}}', '{{.A.x}}', '{{.toString}}', '{{A}}'])
    test(`wrong: ${source}`, () => {
      assert.throws(
        () => fillTemplate(parseTemplate(source), value),
        (thrown) => isFault(thrown) && thrown.code === 'usage.invalid',
      )
    })
})
