// Tables of moby/buildkit: so far those about EXPOSE.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { parsePorts } from '../../../src/dockerfile/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface TableCase extends Case {
  readonly spec?: string
  readonly specs?: readonly string[]
  readonly expect?: unknown
  readonly expected?: unknown
  readonly expError?: string
}

export async function* run(cases: readonly TableCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ op, spec = '', specs, expect, expected, expError, ...rest }: TableCase): void {
  if (!['exposePorts', 'ParsePortEmptyContainerPort', 'PartPortIPV6'].includes(op ?? ''))
    skip(`${op}: nothing reads this table yet`)
  const read = () => parsePorts(specs ?? [spec]).map(({ text }) => text)
  const error = expError ?? (typeof rest.error === 'string' ? rest.error : undefined)
  const errorExpected =
    error !== undefined || rest.error === true || (expect as { error?: unknown })?.error !== undefined
  if (!errorExpected) return assert.deepEqual(read(), expect ?? expected)
  assert.throws(read, (thrown) => isFault(thrown) && thrown.message.includes(error ?? ''))
}
