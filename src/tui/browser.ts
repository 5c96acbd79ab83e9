// The loop of the browser: what happens goes through the reducer, the screen is drawn, effects are carried out.
import type { ReadStream, WriteStream } from 'node:tty'
import type { Context } from '../core/index.ts'
import type { Comparison, SecretsReport, Study } from '../engine/index.ts'
import { perform } from './effects.ts'
import { begin, type Preferences } from './model/begin.ts'
import type { State } from './model/state.ts'
import { type Action, update } from './model/update.ts'
import { preparations } from './prepare.ts'
import { createQueue, type Queue } from './queue.ts'
import { createSearchTask } from './secret-search.ts'
import { createKeyReader } from './terminal/keys.ts'
import { openTerminal } from './terminal/terminal.ts'
import { drawScreen } from './view/screen.ts'

export interface BrowseSubject {
  readonly study: Study
  /** Another image that this one is compared with from the beginning. */
  readonly comparison?: Comparison | undefined
  /** Compares the image with another one that the user names. */
  readonly compare: (other: string) => Promise<Comparison>
  /** Looks for secrets in the image, when its user asks for them. */
  readonly secrets: (ctx: Context) => Promise<SecretsReport>
  readonly preferences?: Preferences | undefined
}

export interface BrowseStreams {
  readonly input: ReadStream
  readonly output: WriteStream & { readonly fd: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How long a lone Escape may be the beginning of a key's sequence. */
const escapeMilliseconds = 20

/** Shows a study until the user quits. Gives the terminal back on every way out; faults with what `ctx.signal` says when it is aborted. */
export async function browse(
  { study, comparison, compare, secrets, preferences }: BrowseSubject,
  { input, output, env }: BrowseStreams,
  ctx: Context,
): Promise<void> {
  using terminal = openTerminal(
    { input, output },
    { colours: (env.NO_COLOR ?? '') === '', unicode: hasUnicode(env) },
  )
  using compared = new DisposableStack()
  const events = createQueue<Action>()
  await using search = createSearchTask(secrets, (now) => events.put({ kind: 'secrets', search: now }))
  const reader = createKeyReader()
  let waiting: NodeJS.Timeout | undefined
  const onData = (bytes: Buffer): void => {
    clearTimeout(waiting)
    for (const key of reader.feed(bytes)) events.put(key)
    if (reader.pending)
      waiting = setTimeout(() => {
        for (const key of reader.flush()) events.put(key)
      }, escapeMilliseconds)
  }
  const onResize = (): void => events.put({ kind: 'resized', size: terminal.size() })
  const onContinue = (): void => {
    setImmediate(onResize)
  }
  const onAbort = (): void => events.fail(ctx.signal.reason)
  input.on('data', onData)
  output.on('resize', onResize)
  process.on('SIGCONT', onContinue)
  ctx.signal.addEventListener('abort', onAbort)
  try {
    ctx.signal.throwIfAborted()
    let state: State = begin(study, terminal.size(), preferences)
    if (comparison !== undefined) ({ state } = update(state, { kind: 'compared', comparison }))
    for (;;) {
      terminal.show(drawScreen(state))
      await idle(events, preparations(state))
      for (const action of await events.take()) {
        if (action.kind === 'compared') compared.use(action.comparison)
        const next = update(state, action)
        state = next.state
        const { effect } = next
        if (effect === undefined) continue
        if (effect.kind === 'quit') return
        if (effect.kind === 'suspend') terminal.suspend()
        else if (effect.kind === 'search-secrets') search.start()
        else if (effect.kind === 'stop-search') search.stop()
        else void perform(effect, { tree: state.tree.tree, compare, ctx }).then(events.put, events.fail)
      }
    }
  } finally {
    clearTimeout(waiting)
    input.off('data', onData)
    input.pause()
    output.off('resize', onResize)
    process.off('SIGCONT', onContinue)
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

/** Does what may be needed next, as long as nothing happens. */
async function idle(events: Queue<Action>, jobs: readonly (() => void)[]): Promise<void> {
  for (const job of jobs) {
    await new Promise((resolve) => setImmediate(resolve))
    if (events.waiting) return
    job()
  }
}

/** Whether the locale says UTF-8; a terminal of which nothing is said is taken for one of today. */
function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: BrowseStreams['env']): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}
