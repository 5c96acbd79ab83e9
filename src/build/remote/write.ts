// The caches that a build fills, one after the other.
import { asFault, type Context, type DiffId, Fault } from '../../core/index.ts'
import type { StepEntry } from '../known.ts'
import type { CacheTarget, ExportHands } from './artifact.ts'
import { stepsToPrint } from './steps.ts'

/** Fills one cache after the other. Faults with `cache.failed`. */
export async function writeCaches(
  targets: readonly CacheTarget[],
  { steps, layers }: { readonly steps: readonly StepEntry[]; readonly layers: ReadonlySet<DiffId> },
  hands: ExportHands,
  ctx: Context,
): Promise<void> {
  for (const target of targets) {
    const wanted = (id: DiffId): boolean => target.mode === 'max' || layers.has(id)
    const task = `export ${target.name}`
    const end = (outcome: 'done' | 'failed', message?: string): void =>
      ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message })
    ctx.emit({ type: 'began', task, name: `exporting cache to ${target.name}`, at: Date.now() })
    try {
      // what speaks to registries takes a while to load, and most builds fill no cache
      const { writeArtifact } = await import('./artifact.ts')
      await writeArtifact(target, { steps: await stepsToPrint(steps, ctx), wanted }, hands, ctx)
      end('done')
    } catch (thrown) {
      const fault = asFault(thrown)
      end('failed', fault.message)
      if (ctx.signal.aborted || fault.kind === 'internal') throw fault
      const message = `the cache cannot be exported to ${target.name}: ${fault.message}`
      if (!target.ignoreError)
        throw new Fault('cache.failed', message, {
          hint: fault.details.hint ?? 'the image is built and stored; ignore-error=true makes this a warning',
          cause: fault,
        })
      ctx.emit({ type: 'warning', code: 'cache.failed', message })
    }
  }
}
