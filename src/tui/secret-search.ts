// The search for secrets beside the loop of the browser: one at a time, told how far it is, stopped by its user or with the browser.
import { asFault, type Context, type Event } from '../core/index.ts'
import type { SecretsReport } from '../engine/index.ts'
import { sayFault } from './effects.ts'
import type { SecretSearch } from './model/secret-search.ts'

/** `await using` waits for the end of a search that was stopped, so that what it reads may be closed. */
export interface SearchTask extends AsyncDisposable {
  start(): void
  stop(): void
}

/** How often it says how far it is; each time the screen is drawn. */
const toldMilliseconds = 100

export function createSearchTask(
  find: (ctx: Context) => Promise<SecretsReport>,
  tell: (search: SecretSearch) => void,
): SearchTask {
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined
  const search = async ({ signal }: AbortController): Promise<void> => {
    let told = 0
    const emit = (event: Event): void => {
      if (event.type !== 'moved' || signal.aborted || performance.now() - told < toldMilliseconds) return
      told = performance.now()
      tell({ kind: 'running', done: event.done, total: event.total ?? 0 })
    }
    const result = await find({ signal, emit }).then(
      (report): SecretSearch => ({ kind: 'done', report }),
      (thrown): SecretSearch => ({ kind: 'stopped', why: sayFault(asFault(thrown)) }),
    )
    if (!signal.aborted) tell(result)
  }
  const stop = (): void => running?.stop.abort()
  return {
    start() {
      stop()
      const own = new AbortController()
      running = { stop: own, ended: search(own) }
    },
    stop,
    async [Symbol.asyncDispose]() {
      stop()
      await running?.ended
    },
  }
}
