// Layers on their way, as tasks that a drawing shows one a line: `9c0abc9c5bd3: Downloading`. The words are docker's.
import { asFault, type Context, hexOf, type TaskId } from '../core/index.ts'

export interface LayerTask {
  /** `Downloading`, `Verifying Checksum`, … */
  enter(phase: string): void
  /** Bytes of all; told at most ten times a second, except the last. */
  move(done: number, total: number): void
  /** `phase`: the last word on it. */
  end(outcome: 'done' | 'reused', phase: string): void
  /** Ends it by what was thrown: as cancelled where the operation was. */
  fail(thrown: unknown): void
}

const every = 100

/** Begins a task for the blob or layer `id`. `prefix` makes the task's id unique within the operation. */
export function beginLayer(
  id: string,
  { prefix, parent }: { readonly prefix: string; readonly parent?: TaskId | undefined },
  ctx: Context,
): LayerTask {
  const task = `${prefix}${id}`
  let told = 0
  ctx.emit({ type: 'began', task, parent, name: shortId(id), at: Date.now() })
  return {
    enter: (phase) => ctx.emit({ type: 'entered', task, phase }),
    move(done, total) {
      const now = Date.now()
      if (now - told < every && done < total) return
      told = now
      ctx.emit({ type: 'moved', task, done, total, unit: 'bytes' })
    },
    end(outcome, phase) {
      ctx.emit({ type: 'entered', task, phase })
      ctx.emit({ type: 'ended', task, outcome, at: Date.now() })
    },
    fail(thrown) {
      const { kind, message } = asFault(thrown)
      const cancelled = ctx.signal.aborted || kind === 'cancelled'
      const end = cancelled ? { outcome: 'cancelled' as const } : { outcome: 'failed' as const, message }
      ctx.emit({ type: 'ended', task, at: Date.now(), ...end })
    },
  }
}

/** The bytes of a download from the byte `from` on, which move its task. */
export async function* counted(
  stream: AsyncIterable<Uint8Array>,
  { task, from, size }: { readonly task: LayerTask; readonly from: number; readonly size: number },
): AsyncGenerator<Uint8Array> {
  let done = from
  for await (const chunk of stream) {
    done += chunk.length
    task.move(done, size)
    yield chunk
  }
  task.enter('Verifying Checksum')
}

/** Twelve hex digits, as docker shows ids. */
export function shortId(id: string): string {
  return hexOf(id as Parameters<typeof hexOf>[0]).slice(0, 12)
}

/**
 * Runs all at once; when one fails the others are stopped, and its fault comes out when they have ended. `work` gets a context whose
 * signal says so.
 */
export async function allOrNone<Item, Result>(
  items: readonly Item[],
  work: (item: Item, ctx: Context) => Promise<Result>,
  ctx: Context,
): Promise<Result[]> {
  const failed = new AbortController()
  const inner = { ...ctx, signal: AbortSignal.any([ctx.signal, failed.signal]) }
  let first: unknown
  const settled = await Promise.allSettled(
    items.map(async (item) => {
      try {
        return await work(item, inner)
      } catch (thrown) {
        if (!failed.signal.aborted) first = thrown
        failed.abort(thrown)
        throw thrown
      }
    }),
  )
  if (failed.signal.aborted) throw first
  return settled.map((one) => (one as PromiseFulfilledResult<Result>).value)
}
