// Digest strings, from opencontainers/go-digest.
import assert from 'node:assert/strict'
import { hexOf, isFault, parseDigest } from '../../../src/core/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface DigestCase extends Case {
  readonly Input?: string
  readonly Algorithm?: string
  readonly Encoded?: string
  readonly err?: string
}

export async function* run(cases: readonly DigestCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ op, Input = '', Algorithm = '', Encoded = '', err }: DigestCase): void {
  if (op !== 'parseDigest') skip(`operation ${op} is not known here`)
  if (err !== undefined) return assert.throws(() => parseDigest(Input), isFault)
  const digest = parseDigest(Input)
  assert.equal(digest, Input)
  assert.equal(digest.slice(0, digest.indexOf(':')), Algorithm)
  assert.equal(hexOf(digest), Encoded)
}
