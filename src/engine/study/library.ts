// `import { study } from 'peel'`: one study without an engine to look after.
import { type Context, silent } from '../../core/index.ts'
import type { EngineOptions, Study, StudyOptions, StudySource } from '../api/index.ts'
import { openEngine } from '../engine.ts'

/**
 * Studies an image: what each layer brought, what is shipped and not to be seen, and its file systems to walk through. Dispose of the
 * study when done. Faults with `image.missing` or `archive.invalid`.
 */
export async function study(
  source: StudySource,
  options: StudyOptions & EngineOptions & { readonly context?: Context } = {},
): Promise<Study> {
  using stack = new DisposableStack()
  const engine = stack.use(openEngine(options))
  const found = stack.use(await engine.study(source, options, options.context ?? silent))
  const kept = stack.move()
  return { ...found, [Symbol.dispose]: () => kept.dispose() }
}
