// distribution/distribution: what of it a client has to do with. Most cases are about the server's own routes, headers and files.
import assert from 'node:assert/strict'
import { parseChallenges } from '../../../src/registry/auth/challenge.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly Case[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      if (one.op !== 'wwwAuthenticate') skip('Peel is a client: it has no registry server')
      assert.deepEqual(parseChallenges(String(one.header)), one.expect)
    })
}
