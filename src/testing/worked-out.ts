// Images whose waste was worked out by hand, and the tests that hold the study to that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { studyStrata } from '../analyze/index.ts'
import { createStrata, type Entry } from '../layer/index.ts'
import { openTestStore } from './layer-store.ts'
import { dir, file, tree } from './tree.ts'

export const bytes = (length: number, letter = 'b'): string => letter.repeat(length)
export const big = bytes(50_000)
export const s = [dir('/base'), file('/base/s', bytes(1_000, 's'))]

export interface Answer {
  readonly deleted?: number
  readonly overwritten?: number
  readonly metadataOnly?: number
  readonly duplicate?: number
  readonly caches?: number
  readonly visible: number
  /** dive's efficiency as a fraction, and its wasted bytes. */
  readonly dive: readonly [least: number, sum: number, wasted: number]
}

export interface Row {
  readonly name: string
  /** Bottom first. */
  readonly layers: readonly (readonly Entry[])[]
  readonly answer: Answer
}

/** A directory of files whose contents differ. */
export const files = (directory: string, count: number, each: number, letter = 'f'): Entry[] => [
  dir(directory),
  // Contents differ, so that none is a duplicate of another.
  ...Array.from({ length: count }, (_, i) => file(`${directory}/${i}`, `${i}`.padEnd(each, letter))),
]

/** A test for each row: bytes of each class, what is to be seen, and dive's two numbers. */
export function holdToAnswers(rows: readonly Row[]): void {
  for (const { name, layers, answer } of rows)
    test(name, () => {
      using store = openTestStore()
      const indexes = layers.map((entries) => store.index(store.add(tree(...entries))))
      const { classes, totals, dive, items } = studyStrata(createStrata(indexes))
      const { deleted = 0, overwritten = 0, metadataOnly = 0, duplicate = 0, caches = 0 } = answer
      assert.deepEqual(classes, { deleted, overwritten, metadataOnly, duplicate, caches })
      const shipped = indexes.reduce((sum, { contentSize }) => sum + contentSize, 0)
      assert.deepEqual(
        [totals.shippedBytes, totals.visibleBytes, totals.reclaimableBytes],
        [shipped, answer.visible, deleted + overwritten + metadataOnly],
      )
      assert.equal(totals.shippedBytes, totals.visibleBytes + totals.reclaimableBytes)
      const [least, sum, wasted] = answer.dive
      assert.deepEqual([dive.efficiency, dive.wastedBytes], [least / sum, wasted])
      for (const [name, total] of Object.entries(classes)) {
        const own = items.filter((item) => item.class === name)
        assert.equal(
          own.reduce((sum, { bytes }) => sum + bytes, 0),
          total,
          `items of ${name}`,
        )
      }
    })
}
