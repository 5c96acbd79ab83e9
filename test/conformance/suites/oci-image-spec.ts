// JSON documents of images, from opencontainers/image-spec.
import assert from 'node:assert/strict'
import { sha256 } from '../../../src/core/index.ts'
import { checkDocument, type DocumentKind } from '../../../src/image/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface DocumentCase extends Case {
  readonly kind?: DocumentKind
  readonly document?: string
  readonly valid?: boolean
  /** Of the document's text. */
  readonly digest?: string
  /** What OCI calls docker's media types; the verdict is of the document with these in it, and we read both. */
  readonly convert?: Readonly<Record<string, string>>
}

export async function* run(cases: readonly DocumentCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ kind, document, valid, digest, convert = {} }: DocumentCase): void {
  if (kind === undefined || document === undefined || valid === undefined) skip('no document to check')
  if (digest !== undefined) assert.equal(sha256(document), digest)
  let converted = document
  for (const [docker, oci] of Object.entries(convert)) converted = converted.replaceAll(docker, oci)
  for (const text of new Set([document, converted])) {
    const problem = checkDocument(kind, text)
    assert.equal(problem === undefined, valid, problem ?? 'accepted what is invalid')
  }
}
