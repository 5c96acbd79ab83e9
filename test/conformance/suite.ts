// What a conformance suite is: a module `suites/<suite>.ts` that exports `run` and turns cases somebody else wrote into results.

/** One case as its `cases.json` states it; a field that the case lacks has its zero value. Suites narrow this to their own shape. */
export interface Case {
  readonly id: string
  readonly op?: string
  readonly [field: string]: unknown
}

export interface Result {
  readonly id: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped, as one line. */
  readonly reason?: string
}

/** A suite module. `directory` is the suite's own, so that `files/…` of a case can be read from it. One result for each case. */
export interface Suite {
  run(cases: readonly Case[], directory: string): AsyncIterable<Result> | Iterable<Result>
}

class Skipped extends Error {}

/** Inside `verdict`: ends the case as skipped, with a reason for people. */
export function skip(reason: string): never {
  throw new Skipped(reason)
}

/** Runs the checks of one case: what they throw (assertions, faults, anything) makes it failed, `skip` makes it skipped. */
export async function verdict(id: string, check: () => unknown): Promise<Result> {
  try {
    await check()
    return { id, outcome: 'passed' }
  } catch (thrown) {
    const reason = oneLine(thrown)
    return { id, outcome: thrown instanceof Skipped ? 'skipped' : 'failed', reason }
  }
}

function oneLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
