// RUN --mount=type=bind: a part of the context, a stage or an image, mounted as a snapshot. What comes from the context is packed as a
// layer first, so that the command sees what the key was made of and can change nothing of it.
import { belowName, field, type KeyPart, keyOf } from '../../cache/index.ts'
import {
  type Context,
  type DiffId,
  type Digest,
  Fault,
  hostPath,
  parentPath,
  type RootPath,
  toRootPath,
} from '../../core/index.ts'
import { type FileEntry, type FileView, resolvePath } from '../../layer/index.ts'
import type { PlannedMount } from '../../plan/index.ts'
import { selectedParts } from '../file-parts.ts'
import { selectFiles } from '../select.ts'
import { sourceLayers, type Tools } from '../tools.ts'

export interface Bind {
  readonly planned: PlannedMount
  readonly parts: () => KeyPart[]
  /** The directory or file to mount; what is opened for it is disposed with `stack`. */
  readonly open: (stack: AsyncDisposableStack, ctx: Context) => Promise<string>
}

/** Finds what a bind mount shows; faults with `copy.missing`. */
export function openBind(planned: PlannedMount, tools: Tools): Bind {
  const { mount, source } = planned
  if (mount.type !== 'bind') throw new Fault('internal', 'not a bind mount')
  const view: FileView =
    source.from === 'context' ? tools.context() : tools.store.layers.stack(sourceLayers(source, tools))
  const path = resolvePath(view, toRootPath(mount.source), 'all')
  if (view.lookup(path) === undefined)
    throw new Fault('copy.missing', `bind mount: "${mount.source}" is not in the ${source.from}`, {
      hint:
        source.from === 'context'
          ? 'check the path, and that .dockerignore does not exclude it'
          : 'check the path',
    })
  const digest = (file: FileEntry): Digest => view.digest(file)
  const parts = (): KeyPart[] =>
    selectFiles(path, view, { exclude: [], parents: false }).flatMap((selected) =>
      selectedParts(`bind ${planned.target}`, selected, {
        digest,
        shown: (at) => (at === '/' ? '.' : at.slice(1)),
      }),
    )
  const pack = (ctx: Context): Promise<DiffId> => {
    const key = keyOf([...parts(), field('tree', path), field(belowName, '')]).digest
    return packTree(view, { path, key }, { tools, ctx })
  }
  return {
    planned,
    parts,
    async open(stack, ctx) {
      const layers = source.from === 'context' ? [await pack(ctx)] : sourceLayers(source, tools)
      const mounted = mount.readonly
        ? stack.use(await tools.machine.snapshots.view(layers, ctx))
        : stack.use(await tools.machine.snapshots.draft(layers, {}, ctx))
      return String(hostPath(path === '/' ? mounted.root : `${mounted.root}${path}`))
    },
  }
}

/** Packs a part of the context as a layer to mount, once for the same content. */
async function packTree(
  view: FileView,
  tree: { readonly path: RootPath; readonly key: Digest },
  { tools, ctx }: { readonly tools: Tools; readonly ctx: Context },
): Promise<DiffId> {
  const { records, layers } = tools.store
  const known = records.get(tree.key)
  if (known !== undefined) return known.uses[0] as DiffId
  const directories: RootPath[] = []
  for (let at = parentPath(tree.path); at !== '/'; at = parentPath(at)) directories.unshift(at)
  const above = directories.flatMap((at) => {
    const found = view.lookup(at)
    return found === undefined ? [] : [found.node]
  })
  const files = selectFiles(tree.path, view, { exclude: [], parents: false }).flatMap((selected) =>
    selected.files.map(({ found }) => found.node),
  )
  const { diffId } = await layers.pack([...above, ...files], ctx)
  records.put({
    key: tree.key,
    op: tree.key,
    slot: `context ${tree.path}`,
    recipe: Buffer.alloc(0),
    result: '',
    uses: [diffId],
    created: Date.now(),
  })
  return diffId
}
