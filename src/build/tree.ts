// Directories as layers: what has to be mounted, or is what a stage begins with, is packed first, once for the same content, so that it is
// what its key was made of and can be changed by nobody.
import { belowName, field, type KeyPart, keyOf } from '../cache/index.ts'
import { type Context, type DiffId, parentPath, type RootPath, rootPath } from '../core/index.ts'
import type { FileView } from '../layer/index.ts'
import type { FileSource } from '../plan/index.ts'
import { selectedParts } from './file-parts.ts'
import { selectFiles } from './select.ts'
import { sourceLayers, type Tools } from './tools.ts'

/** The files of a source to look at. */
export function sourceView(source: FileSource, tools: Tools): FileView {
  return source.from === 'context'
    ? tools.context(source.name)
    : tools.store.layers.stack(sourceLayers(source, tools))
}

/** The layers that show a source's files, at least those at `path` and below. */
export async function treeLayers(
  source: FileSource,
  path: RootPath,
  tools: Tools,
  ctx: Context,
): Promise<readonly DiffId[]> {
  if (source.from !== 'context') return sourceLayers(source, tools)
  const view = tools.context(source.name)
  const key = keyOf([
    ...treeParts('tree', view, { path, within: 'context' }),
    field('tree', path),
    field(belowName, ''),
  ]).digest
  const { records, layers } = tools.store
  const known = records.get(key)
  if (known !== undefined) return [known.uses[0] as DiffId]
  const { diffId } = await layers.pack(treeNodes(view, path), ctx)
  const record = { key, op: key, slot: `context ${path}`, result: '', uses: [diffId], created: Date.now() }
  records.put(record)
  return [diffId]
}

/** The parts of a key for the files at `path` of a view and below. */
export function treeParts(
  name: string,
  view: FileView,
  { path, within }: { readonly path: RootPath; readonly within: 'context' | 'image' },
): KeyPart[] {
  return selectFiles(path, view, { exclude: [], parents: false }).flatMap((selected) =>
    selectedParts(name, selected, {
      digest: (file) => view.digest(file),
      within,
    }),
  )
}

/** The same files with the directories above them, in the order of a layer. */
function treeNodes(view: FileView, path: RootPath) {
  const directories: RootPath[] = []
  for (let at = parentPath(path); at !== rootPath; at = parentPath(at)) directories.unshift(at)
  const above = directories.flatMap((at) => {
    const found = view.lookup(at)
    return found === undefined ? [] : [found.node]
  })
  const files = selectFiles(path, view, { exclude: [], parents: false }).flatMap((selected) =>
    selected.files.map(({ found }) => found.node),
  )
  // the root's own mode is the machine's business
  return [...above, ...files.filter((node) => node.path !== rootPath)]
}
