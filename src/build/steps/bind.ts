// RUN --mount=type=bind: a part of the context, a stage or an image, mounted as a snapshot.
import type { KeyPart } from '../../cache/index.ts'
import { type Context, Fault, hostPath, toRootPath } from '../../core/index.ts'
import { resolvePath } from '../../layer/index.ts'
import type { PlannedMount } from '../../plan/index.ts'
import { sourceLayers, type Tools } from '../tools.ts'
import { sourceView, treeLayers, treeParts } from '../tree.ts'

export interface Bind {
  readonly planned: PlannedMount
  readonly parts: () => KeyPart[]
  /** The directory or file to mount; what is opened for it is disposed with `stack`. */
  readonly open: (stack: AsyncDisposableStack, ctx: Context) => Promise<string>
}

/** Finds what a bind mount shows; faults with `copy.missing`. */
export async function openBind(planned: PlannedMount, tools: Tools, ctx: Context): Promise<Bind> {
  const { mount, source } = planned
  if (mount.type !== 'bind') throw new Fault('internal', 'not a bind mount')
  await tools.supply.obtain(sourceLayers(source, tools), ctx)
  const view = sourceView(source, tools)
  const path = resolvePath(view, toRootPath(mount.source), 'all')
  if (view.lookup(path) === undefined)
    throw new Fault('copy.missing', `bind mount: "${mount.source}" is not in the ${source.from}`, {
      hint:
        source.from === 'context'
          ? 'check the path, and that .dockerignore does not exclude it'
          : 'check the path',
    })
  return {
    planned,
    parts: () =>
      treeParts(`bind ${planned.target}`, view, {
        path,
        within: source.from === 'context' ? 'context' : 'image',
      }),
    async open(stack, ctx) {
      const layers = await treeLayers(source, path, tools, ctx)
      const mounted = mount.readonly
        ? stack.use(await tools.machine.snapshots.view(layers, ctx))
        : stack.use(await tools.machine.snapshots.draft(layers, {}, ctx))
      return String(hostPath(path === '/' ? mounted.root : `${mounted.root}${path}`))
    },
  }
}
