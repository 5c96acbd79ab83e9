// The editor's parser rcjsuen/dockerfile-ast: values and places of the parts of a text. A case asks by chains of accessors of that
// package's objects; here they are answered from `readParts`.
import assert from 'node:assert/strict'
import type { Place } from '../../../src/core/index.ts'
import { answersFor } from '../editor-answers.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface EditorCase extends Case {
  readonly text?: string
  readonly asserts?: readonly {
    readonly path: string
    readonly equals?: unknown
    readonly range?: readonly number[] | null
  }[]
}

export async function* run(cases: readonly EditorCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ text = '', asserts = [] }: EditorCase): void {
  const answers = answersFor(text)
  for (const { path, ...wanted } of asserts) {
    let value: unknown = answers
    for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
      if (value === null || value === undefined) break
      if (typeof value === 'object' && !(step in value)) skip(`the accessor ${path} is not known here`)
      value = (value as Readonly<Record<string, unknown>>)[step]
    }
    if (wanted.range !== undefined && wanted.range !== null)
      assert.deepEqual(corners(value as Place | null), wanted.range, path)
    else assert.deepEqual(value ?? null, wanted.equals ?? null, path)
  }
}

/** Lines and characters counted from zero. */
function corners(place: Place | null): readonly number[] | null {
  if (place === null || place === undefined) return null
  return [place.line - 1, place.column - 1, place.endLine - 1, place.endColumn - 1]
}
