// Where an overlay finds its lower directories: each layer mounted by its index, or unpacked once. Either is made when first needed and
// kept: the image file and the unpacked tree in the store, the mount for as long as the process lives or until `dispose`.
import fs from 'node:fs'
import path from 'node:path'
import type { Context } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { headLength, parseErofsHead, writeErofs } from '../layer/index.ts'
import { readContent } from './content.ts'
import { opaqueXattr } from './overlay.ts'
import type { Placed } from './placed.ts'
import type { StoreForSnapshots } from './types.ts'
import { unpack } from './unpack.ts'

export interface LayerDirectories extends Disposable {
  /** The directory that holds the placed layer, in overlay's spelling. */
  get(placed: Placed, ctx: Context): Promise<string>
}

export function mountedLayers(store: StoreForSnapshots, kernel: Kernel): LayerDirectories {
  const mounts = new Map<string, string>()
  return {
    get: async (placed) => {
      const known = mounts.get(placed.key)
      if (known !== undefined) return known
      const target = path.join(store.work, 'l', String(mounts.size))
      fs.mkdirSync(target, { recursive: true })
      const tars = placed.layers.map((id) => store.tarPath(id))
      const image = imageOf(store, placed)
      kernel.mountErofs(image.path, target, tars.slice(0, image.devices))
      mounts.set(placed.key, target)
      return target
    },
    [Symbol.dispose]: () => {
      for (const target of mounts.values()) kernel.unmount(target)
      mounts.clear()
    },
  }
}

/** The image file of a placed layer, made if it is absent or not whole. */
function imageOf(
  store: StoreForSnapshots,
  placed: Placed,
): { readonly path: string; readonly devices: number } {
  const file = path.join(store.root, 'index', 'sha256', `${placed.key}.erofs`)
  const head = readHead(file)
  if (head !== undefined) return { path: file, devices: head.devices }
  const entries = [...placed.entries()]
  const used = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'file' && (entry.content.in === 'layer' || entry.content.in === 'sparse')
        ? [entry.content.layer]
        : [],
    ),
  )
  // Slots follow the order of the layers, up to the last that is used, so that the mount need not know which were.
  const last = placed.layers.findLastIndex((id) => used.has(id))
  const devices = placed.layers
    .slice(0, last + 1)
    .map((layer) => ({ layer, size: fs.statSync(store.tarPath(layer)).size }))
  const read = readContent((id) => store.tarPath(id))
  const image = writeErofs({ entries, devices, read, implied: placed.implied, opaqueXattr })
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const fresh = path.join(store.work, `${placed.key}.erofs`)
  fs.writeFileSync(fresh, image)
  fs.renameSync(fresh, file)
  return { path: file, devices: devices.length }
}

function readHead(file: string): { readonly devices: number } | undefined {
  let fd: number
  try {
    fd = fs.openSync(file, 'r')
  } catch {
    return undefined
  }
  try {
    const bytes = Buffer.alloc(headLength)
    const read = fs.readSync(fd, bytes, 0, headLength, 0)
    const head = parseErofsHead(bytes.subarray(0, read))
    return head !== undefined && head.bytes === fs.fstatSync(fd).size ? head : undefined
  } finally {
    fs.closeSync(fd)
  }
}

export function unpackedLayers(store: StoreForSnapshots, kernel: Kernel): LayerDirectories {
  const pending = new Map<string, Promise<string>>()
  const read = readContent((id) => store.tarPath(id))
  const make = async (placed: Placed, ctx: Context): Promise<string> => {
    const tree = path.join(store.root, 'tree', 'sha256', placed.key)
    if (fs.existsSync(tree)) return tree
    const fresh = path.join(store.work, `${placed.key}.tree`)
    fs.rmSync(fresh, { recursive: true, force: true })
    fs.mkdirSync(fresh, { recursive: true })
    fs.mkdirSync(path.dirname(tree), { recursive: true })
    try {
      await unpack(placed, fresh, { kernel, read, strictness: 'exact' }, ctx)
      fs.renameSync(fresh, tree)
    } catch (error) {
      fs.rmSync(fresh, { recursive: true, force: true })
      // Another process may have unpacked the same layer meanwhile.
      if (!fs.existsSync(tree)) throw error
    }
    return tree
  }
  return {
    get: (placed, ctx) => {
      const made = pending.get(placed.key) ?? make(placed, ctx)
      pending.set(placed.key, made)
      made.catch(() => pending.delete(placed.key))
      return made
    },
    [Symbol.dispose]: () => pending.clear(),
  }
}
