// The file system of a step that failed, kept for looking around in: what was below it and what it had done until then. It is held by a
// cache record and goes like those, when it was not used for a week or by `prune --all`.
import { randomBytes } from 'node:crypto'
import { type DiffId, sha256 } from '../core/index.ts'
import type { ContainerConfig } from '../image/index.ts'
import type { RunStep } from '../plan/index.ts'
import type { Store } from '../store/index.ts'

export interface FailedStep {
  /** Bottom first. */
  readonly before: readonly DiffId[]
  readonly after: readonly DiffId[]
  /** The surroundings in which the step ran. */
  readonly config: ContainerConfig
}

/** Keeps a failed step and answers the id to find it by. Its environment is kept as it is: it must hold no secret. */
export function keepFailedStep(
  store: Store,
  step: RunStep,
  { below, changes }: { readonly below: readonly DiffId[]; readonly changes: DiffId },
): string {
  const id = randomBytes(6).toString('hex')
  const failed: FailedStep = {
    before: below,
    after: [...below, changes],
    config: { Env: step.env, WorkingDir: step.workdir, User: step.user, Cmd: ['/bin/sh'] },
  }
  const key = keyOf(id)
  store.records.put({
    key,
    op: key,
    slot: 'failed step',
    result: JSON.stringify(failed),
    uses: failed.after,
    created: Date.now(),
  })
  return id
}

/** `undefined` where there is none of that id, or not any more. */
export function findFailedStep(store: Store, id: string): FailedStep | undefined {
  const record = store.records.get(keyOf(id))
  return record === undefined ? undefined : (JSON.parse(record.result) as FailedStep)
}

function keyOf(id: string) {
  return sha256(`failed step ${id}`)
}
