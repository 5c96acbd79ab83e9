// JSON documents of images, from opencontainers/image-spec.
import assert from 'node:assert/strict'
import { checkDocument, type DocumentKind } from '../../../src/image/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface DocumentCase extends Case {
  readonly kind?: DocumentKind
  readonly document?: string
  readonly valid?: boolean
}

export async function* run(cases: readonly DocumentCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ kind, document, valid }: DocumentCase): void {
  if (kind === undefined || document === undefined || valid === undefined) skip('no document to check')
  const problem = checkDocument(kind, document)
  assert.equal(problem === undefined, valid, problem ?? 'accepted what is invalid')
}
