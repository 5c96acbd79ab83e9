// Snapshots without any mount: the merged layers are unpacked for each view and draft, and changes are found by comparing the tree with
// what it was. Slow and simple, for machines that have no overlay; without root it keeps what an ordinary user may.
import fs from 'node:fs'
import path from 'node:path'
import { type Context, type DiffId, isWithin, parentPath, type RootPath, rootPath } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { compareViews, type Entry, type FileView } from '../layer/index.ts'
import { readContent } from './content.ts'
import { entriesOf, hostView } from './host-view.ts'
import { placeMerged, rootMeta, stackOf } from './placed.ts'
import { sameButTime } from './scan.ts'
import { settleLayers } from './settle.ts'
import type { Snapshots, StoreForSnapshots } from './types.ts'
import { unpack } from './unpack.ts'

export function copiedSnapshots(store: StoreForSnapshots, kernel: Kernel): Snapshots {
  let made = 0
  const strictness = process.getuid?.() === 0 ? 'exact' : 'possible'
  const settle = (layers: readonly DiffId[]) => {
    const settled = settleLayers(store, layers)
    return { settled, read: readContent((id) => settled.store.tarPath(id)) }
  }
  const copy = async (
    layers: readonly DiffId[],
    lower: string | undefined,
    ctx: Context,
  ): Promise<string> => {
    const root = path.join(store.work, 'c', String(made++))
    fs.mkdirSync(root, { recursive: true })
    const { settled, read } = settle(layers)
    const placed =
      lower === undefined
        ? placeMerged(settled.store, settled.layers)
        : { key: '', layers: [], entries: () => entriesOf(hostView(lower, kernel)), implied: () => undefined }
    const implied = (inside: RootPath) => (inside === '/' ? rootMeta(store, layers) : undefined)
    await unpack({ ...placed, implied }, root, { kernel, read, strictness }, ctx)
    return root
  }
  const remove = (root: string) => fs.rmSync(root, { recursive: true, force: true })
  return {
    backend: 'copy',
    view: async (layers, ctx) => {
      const root = await copy(layers, undefined, ctx)
      return { root, [Symbol.asyncDispose]: async () => remove(root) }
    },
    draft: async (layers, { uppers = [] }, ctx) => {
      const lower = uppers.at(-1)
      const root = await copy(layers, lower, ctx)
      const { settled } = settle(layers)
      const before: FileView =
        lower === undefined ? stackOf(settled.store, settled.layers) : hostView(lower, kernel)
      let state: 'open' | 'sealed' = 'open'
      return {
        root,
        upper: root,
        changes: ({ ignore } = {}) => listChanges(before, hostView(root, kernel), ignore),
        seal: () => {
          state = 'sealed'
          return root
        },
        [Symbol.asyncDispose]: async () => {
          if (state === 'open') remove(root)
        },
      }
    },
    [Symbol.dispose]: () => {},
  }
}

/** The changes as an overlay would list them: with the directories on the way, without those that changed only for what is ignored. */
function* listChanges(
  before: FileView,
  after: FileView,
  ignore: ((entry: Entry) => boolean) | undefined,
): Iterable<Entry> {
  const listed = new Set<RootPath>([rootPath])
  const ignored: RootPath[] = []
  const kept: Entry[] = []
  for (const entry of compareViews(before, after)) {
    if (ignore?.(entry) === true) ignored.push(entry.path)
    else kept.push(entry)
  }
  const isTouched = (entry: Entry): boolean => {
    const old = before.lookup(entry.path)?.node
    if (entry.kind !== 'directory' || old?.kind !== 'directory') return false
    if (!sameButTime(old.meta, entry.meta)) return false
    return entry.path === rootPath || ignored.some((path) => isWithin(path, entry.path))
  }
  for (const entry of kept) {
    if (isTouched(entry)) continue
    const missing: RootPath[] = []
    for (let path = parentPath(entry.path); !listed.has(path); path = parentPath(path)) missing.unshift(path)
    for (const path of missing) {
      listed.add(path)
      const parent = after.lookup(path)?.node
      if (parent !== undefined) yield parent
    }
    if (entry.kind === 'directory') listed.add(entry.path)
    yield entry
  }
}
