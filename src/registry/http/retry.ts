// Tries again what may go better: dropped connections, 429 and 5xx, after a pause that grows and is never the same for two clients.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, isFault } from '../../core/index.ts'

export interface Patience {
  /** All tries, the first included. */
  readonly tries: number
  /** Milliseconds before the second try; each further pause is twice as long. */
  readonly pause: number
  /** Milliseconds: longer than this nobody waits, even where a registry asks for it. */
  readonly longest: number
}

export const patience: Patience = { tries: 5, pause: 500, longest: 60_000 }

/** Runs `work` until it succeeds, faults with another kind than `remote`, or the tries are used up: then its last fault comes out. */
export async function withRetries<Result>(
  work: () => Promise<Result>,
  patience: Patience,
  signal: AbortSignal,
): Promise<Result> {
  const tries = openTries(patience, signal)
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      if (!isFault(thrown) || thrown.kind !== 'remote') throw thrown
      await tries.failed(thrown)
    }
  }
}

export interface Tries {
  /**
   * Waits until the next try may begin: as long as the registry asked for (`Retry-After`), or a pause that grows. Throws the fault where
   * the tries are used up, or nobody would wait that long. `progress`: something was got done, so the tries count anew. `atOnce`: the next
   * one is another way, which needs no pause.
   */
  failed(fault: Fault, how?: { readonly progress?: boolean; readonly atOnce?: boolean }): Promise<void>
}

/** For work that goes on where it broke off, and so is no plain repetition. */
export function openTries({ tries, pause, longest }: Patience, signal: AbortSignal): Tries {
  let failures = 0
  return {
    async failed(fault, { progress = false, atOnce = false } = {}) {
      failures = progress ? 1 : failures + 1
      if (failures >= tries) throw fault
      if (atOnce) return
      const asked = Number(fault.details.data?.retryAfter ?? 0)
      const wait = Math.max(asked, pauseBefore(failures, pause))
      if (wait > longest) throw fault
      await sleep(wait, undefined, { signal })
    },
  }
}

/** Half of it is certain, half by chance, so that many clients do not come back at once. */
function pauseBefore(failures: number, pause: number): number {
  const full = pause * 2 ** (failures - 1)
  return full / 2 + Math.random() * (full / 2)
}

/** A `Retry-After` header in milliseconds from `now`: seconds or a date (RFC 9110, 10.2.3); 0 where it says nothing usable. */
export function parseRetryAfter(value: string | undefined, now: number): number {
  if (value === undefined) return 0
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}
