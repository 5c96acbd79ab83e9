// Snapshots as overlays over layer directories. An overlay needs two lower directories when it is only read and one when it is written,
// and shows the metadata of the topmost root; so on top of the layers there is always an empty directory with the right metadata.
import fs from 'node:fs'
import path from 'node:path'
import type { Context, DiffId, RootPath } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Meta, Stack } from '../layer/index.ts'
import { below, readMeta, writeMeta } from './host.ts'
import type { LayerDirectories } from './layers.ts'
import { isWhiteout, splitXattrs } from './overlay.ts'
import { placeLayers, rootMeta, stackOf } from './placed.ts'
import { openRetired, type Retired } from './retire.ts'
import { scanUpper } from './scan.ts'
import type { Draft, Snapshots, StoreForSnapshots } from './types.ts'

interface Base {
  readonly layers: readonly DiffId[]
  readonly uppers: readonly string[]
}

export function overlaidSnapshots(
  store: StoreForSnapshots,
  kernel: Kernel,
  {
    backend,
    directories,
  }: { readonly backend: 'mounted' | 'unpacked'; readonly directories: LayerDirectories },
): Snapshots {
  const retired = openRetired(kernel)
  let made = 0
  const fresh = (): string => {
    const directory = path.join(store.work, 'd', String(made++))
    fs.mkdirSync(directory, { recursive: true })
    return directory
  }
  const start = (ctx: Context) => {
    ctx.signal.throwIfAborted()
    kernel.privateMounts()
  }
  const lowersOf = async ({ layers, uppers }: Base, ctx: Context): Promise<string[]> => {
    const lowers: string[] = []
    // Room for the directory on top and the uppers.
    for (const placed of placeLayers(store, layers, kernel.overlayLimit - uppers.length - 2))
      lowers.push(await directories.get(placed, ctx))
    return [...lowers, ...uppers].reverse()
  }
  const makeRoot = (directory: string, meta: Meta) => {
    fs.mkdirSync(directory)
    writeMeta(directory, { kind: 'directory', meta }, { kernel, strictness: 'exact' })
  }
  const empty = (): string => {
    const directory = path.join(store.work, 'empty')
    fs.mkdirSync(directory, { recursive: true })
    return directory
  }

  return {
    backend,
    view: async (layers, ctx) => {
      start(ctx)
      const lowers = await lowersOf({ layers, uppers: [] }, ctx)
      const directory = fresh()
      const [root, top] = [path.join(directory, 'root'), path.join(directory, 'top')]
      fs.mkdirSync(root)
      makeRoot(top, rootMeta(store, layers))
      kernel.mountOverlay(root, { lowers: [top, ...lowers, empty()] })
      return {
        root,
        [Symbol.asyncDispose]: async () => retired.add(root, directory),
      }
    },
    draft: async (layers, { uppers = [] }, ctx) => {
      start(ctx)
      const base = { layers, uppers }
      const lowers = await lowersOf(base, ctx)
      const directory = fresh()
      const [root, upper, work] = ['root', 'upper', 'work'].map((name) => path.join(directory, name)) as [
        string,
        string,
        string,
      ]
      const top = uppers.at(-1)
      const meta = top === undefined ? rootMeta(store, layers) : ownMeta(top, kernel)
      makeRoot(upper, meta)
      for (const name of [root, work]) fs.mkdirSync(name)
      kernel.mountOverlay(root, {
        lowers: lowers.length === 0 ? [empty()] : lowers,
        upper: { directory: upper, work },
      })
      const lowerMeta = lowerMetadata(store, base, { kernel, root: meta })
      return overlaidDraft({ directory, root, upper, work }, { kernel, retired, lowerMeta })
    },
    [Symbol.dispose]: () => {
      retired[Symbol.dispose]()
      directories[Symbol.dispose]()
    },
  }
}

function ownMeta(directory: string, kernel: Kernel): Meta {
  const meta = readMeta(directory, kernel)
  return { ...meta, xattrs: splitXattrs(meta.xattrs as Map<string, Uint8Array> | undefined).own }
}

/** Answers what metadata a directory has below the draft: in the uppermost upper that knows the path, else in the layers. */
function lowerMetadata(
  store: StoreForSnapshots,
  { layers, uppers }: Base,
  { kernel, root }: { readonly kernel: Kernel; readonly root: Meta },
): (path: RootPath) => Meta | undefined {
  let stack: Stack | undefined
  return (inside) => {
    if (inside === '/') return root
    for (const upper of uppers.toReversed()) {
      const host = below(upper, inside)
      const stat = fs.lstatSync(host, { bigint: true, throwIfNoEntry: false })
      if (stat === undefined) continue
      return isWhiteout(stat) || !stat.isDirectory() ? undefined : ownMeta(String(host), kernel)
    }
    stack ??= stackOf(store, layers)
    const found = stack.lookup(inside)?.node
    return found?.kind === 'directory' ? found.meta : undefined
  }
}

interface Places {
  readonly directory: string
  readonly root: string
  readonly upper: string
  readonly work: string
}

function overlaidDraft(
  { directory, root, upper, work }: Places,
  {
    kernel,
    retired,
    lowerMeta,
  }: {
    readonly kernel: Kernel
    readonly retired: Retired
    readonly lowerMeta: (path: RootPath) => Meta | undefined
  },
): Draft {
  let state: 'open' | 'sealed' | 'gone' = 'open'
  return {
    root,
    upper,
    changes: ({ ignore } = {}) => scanUpper(upper, { kernel, ignore, lowerMeta }),
    seal: () => {
      if (state === 'open') {
        kernel.unmount(root)
        fs.rmSync(work, { recursive: true, force: true })
        fs.rmdirSync(root)
        state = 'sealed'
      }
      return upper
    },
    [Symbol.asyncDispose]: async () => {
      if (state !== 'open') return
      state = 'gone'
      retired.add(root, directory)
    },
  }
}
