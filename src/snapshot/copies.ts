// Snapshots without any mount: the merged layers are unpacked for each view and draft, and changes are found by comparing the tree with
// what it was. Slow and simple, for machines that have no overlay; without root it keeps what an ordinary user may.
import fs from 'node:fs'
import path from 'node:path'
import type { Context, DiffId, RootPath } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { compareViews, type FileView } from '../layer/index.ts'
import { readContent } from './content.ts'
import { entriesOf, hostView } from './host-view.ts'
import { placeMerged, rootMeta, stackOf } from './placed.ts'
import type { Snapshots, StoreForSnapshots } from './types.ts'
import { unpack } from './unpack.ts'

export function copiedSnapshots(store: StoreForSnapshots, kernel: Kernel): Snapshots {
  let made = 0
  const strictness = process.getuid?.() === 0 ? 'exact' : 'possible'
  const read = readContent((id) => store.tarPath(id))
  const copy = async (
    layers: readonly DiffId[],
    lower: string | undefined,
    ctx: Context,
  ): Promise<string> => {
    const root = path.join(store.work, 'c', String(made++))
    fs.mkdirSync(root, { recursive: true })
    const placed =
      lower === undefined
        ? placeMerged(store, layers)
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
      const before: FileView = lower === undefined ? stackOf(store, layers) : hostView(lower, kernel)
      let state: 'open' | 'sealed' = 'open'
      return {
        root,
        upper: root,
        changes: function* ({ ignore } = {}) {
          for (const entry of compareViews(before, hostView(root, kernel)))
            if (ignore?.(entry) !== true) yield entry
        },
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
