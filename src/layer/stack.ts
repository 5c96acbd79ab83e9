// Layers on top of one another, read as one file system. Lazy: a question costs some binary searches per layer that holds the
// directory, and only directories are remembered.
import { createHash } from 'node:crypto'
import {
  baseName,
  comparePaths,
  type Digest,
  digestOfHex,
  Fault,
  joinPath,
  parentPath,
  type RootPath,
  rootPath,
} from '../core/index.ts'
import type { FileEntry, Meta, Node } from './entry.ts'
import type { LayerIndex } from './layer-index.ts'
import type { ContentReader } from './pack.ts'
import type { FileView, Found } from './view.ts'

export interface Stack extends FileView {
  /** Bottom first. */
  readonly layers: readonly LayerIndex[]
  /** What stands at `path` and below it, depth first in the order of `comparePaths`. */
  walk(path: RootPath): Iterable<Found>
  /** The layer (counted from 0 at the bottom) that put what stands at `path`; for a directory the one its metadata is from. */
  origin(path: RootPath): number | undefined
}

/** Metadata of a directory that no layer names. */
export const impliedMeta: Meta = { mode: 0o755, uid: 0, gid: 0, mtime: 0n }

/** A directory: the layers that hold something in it, top first. */
interface Directory {
  readonly sources: readonly number[]
  readonly meta: Meta
  readonly from: number
}
type Spot = { readonly directory: Directory } | { readonly layer: number; readonly row: number }

/** A stack for looking only: `read` and `digest` of a file whose digest is not in the index fault. */
export function mergeStack(indexes: readonly LayerIndex[]): Stack {
  return createStack(indexes, (file) => {
    throw new Fault('internal', `this view of layers cannot read ${file.path}`)
  })
}

/** Merges layers, bottom first; content is read through `read`. */
export function createStack(indexes: readonly LayerIndex[], read: ContentReader): Stack {
  /** By how many layers count, from the bottom: hard links look at the layers below their own. */
  const known = new Map<number, Map<RootPath, Directory | undefined>>()

  const rootOf = (height: number): Directory => {
    const sources = Array.from({ length: height }, (_, i) => height - 1 - i)
    return merge(sources, rootPath)?.directory ?? { sources, meta: impliedMeta, from: 0 }
  }
  /** What the layers make of a directory at `path`, top first; `undefined` where the topmost thing is no directory. */
  const merge = (candidates: readonly number[], path: RootPath): { directory: Directory } | undefined => {
    const sources: number[] = []
    let meta: Meta | undefined
    let from = -1
    let isOpaque = false
    for (const layer of candidates) {
      const seen = look(indexes[layer]!, path)
      if (seen.node === 'other') break
      if (seen.node !== 'nothing') {
        if (!isOpaque) sources.push(layer)
        if (meta === undefined && seen.node === 'directory') {
          meta = metaOf(indexes[layer]!, seen.row)
          from = layer
        }
      }
      // An opaque directory that its layer does not name is the one below, emptied.
      isOpaque ||= seen.hides === 'content'
      if (seen.hides === 'all' || (isOpaque && meta !== undefined)) break
    }
    if (sources.length === 0) return undefined
    return { directory: { sources, meta: meta ?? impliedMeta, from: from < 0 ? sources.at(-1)! : from } }
  }

  const directoryAt = (path: RootPath, height: number): Directory | undefined => {
    let directories = known.get(height)
    if (directories === undefined) {
      directories = new Map()
      known.set(height, directories)
    }
    const remembered = directories.get(path)
    if (remembered !== undefined || directories.has(path)) return remembered
    const spot = path === rootPath ? { directory: rootOf(height) } : spotAt(path, height)
    const directory = spot !== undefined && 'directory' in spot ? spot.directory : undefined
    directories.set(path, directory)
    return directory
  }
  const spotAt = (path: RootPath, height: number): Spot | undefined => {
    if (path === rootPath) return { directory: directoryAt(rootPath, height)! }
    const parent = directoryAt(parentPath(path), height)
    if (parent === undefined) return undefined
    for (const layer of parent.sources) {
      const seen = look(indexes[layer]!, path)
      if (seen.node === 'other') return { layer, row: seen.row }
      if (seen.node !== 'nothing') return merge(parent.sources, path)
      if (seen.hides !== 'nothing') return undefined
    }
    return undefined
  }
  /** Where the node itself is: a hard link leads to its target, in its own layer or in those below. */
  const nodeRow = (spot: { layer: number; row: number }): { layer: number; row: number } | undefined => {
    let at = spot
    for (;;) {
      const index = indexes[at.layer]!
      if (index.kindOf(at.row) !== 'hardlink') return at
      const entry = index.at(at.row)
      if (entry.kind !== 'hardlink') return at
      const own = look(index, entry.target)
      if (own.node === 'other') {
        if (index.kindOf(own.row) === 'hardlink') return undefined
        return { layer: at.layer, row: own.row }
      }
      const below = own.node === 'nothing' ? spotAt(entry.target, at.layer) : undefined
      if (below === undefined || 'directory' in below) return undefined
      at = below
    }
  }
  const find = (path: RootPath): { found: Found; layer: number } | undefined => {
    const spot = spotAt(path, indexes.length)
    if (spot === undefined) return undefined
    if ('directory' in spot) {
      const { meta, from } = spot.directory
      return { found: { node: { kind: 'directory', path, meta } }, layer: from }
    }
    const at = nodeRow(spot)
    if (at === undefined) return undefined
    const node = { ...indexes[at.layer]!.at(at.row), path } as Node
    return { found: { node, inode: `${at.layer}:${at.row}` }, layer: spot.layer }
  }

  const list = (path: RootPath): readonly string[] => {
    const directory = directoryAt(path, indexes.length)
    if (directory === undefined) return []
    if (directory.sources.length === 1) return indexes[directory.sources[0]!]!.names(path)
    const names = new Map<string, boolean>()
    for (const layer of directory.sources) {
      const index = indexes[layer]!
      const stands = index.names(path)
      for (const name of stands) if (!names.has(name)) names.set(name, true)
      for (const row of index.children(path)) {
        if (index.kindOf(row) !== 'whiteout') continue
        const name = baseName(index.pathOf(row))
        if (!names.has(name)) names.set(name, false)
      }
    }
    const left: string[] = []
    for (const [name, stands] of names) if (stands) left.push(name)
    return left.sort(compareNames)
  }

  function* walk(path: RootPath): Generator<Found> {
    const top = find(path)
    if (top === undefined) return
    const todo: Iterator<RootPath>[] = []
    yield top.found
    if (top.found.node.kind === 'directory') todo.push(childPaths(path, list(path)))
    while (todo.length > 0) {
      const next = todo.at(-1)!.next()
      if (next.done === true) {
        todo.pop()
        continue
      }
      const below = find(next.value)
      if (below === undefined) continue
      yield below.found
      if (below.found.node.kind === 'directory') todo.push(childPaths(next.value, list(next.value)))
    }
  }

  return {
    layers: indexes,
    lookup: (path) => find(path)?.found,
    list,
    walk,
    origin: (path) => find(path)?.layer,
    digest: (file) => file.digest ?? digestOf(file, read),
    read: (file, limit) => readWhole(file, { limit, read }),
  }
}

function* childPaths(path: RootPath, names: readonly string[]): Generator<RootPath> {
  for (const name of names) yield joinPath(path, name)
}

interface Seen {
  readonly node: 'nothing' | 'other' | 'directory' | 'implied'
  readonly row: number
  /** What this layer hides of what is below it at this path. */
  readonly hides: 'nothing' | 'content' | 'all'
}

function look(index: LayerIndex, path: RootPath): Seen {
  const [from, to] = index.rowsOf(path)
  let hides: Seen['hides'] = 'nothing'
  for (let row = from; row < to; row++) {
    const kind = index.kindOf(row)
    if (kind === 'whiteout') hides = 'all'
    else if (kind === 'opaque')
      return { node: 'implied', row: -1, hides: hides === 'all' ? 'all' : 'content' }
    else if (kind === 'directory') {
      const isOpaque = row + 1 < to && index.kindOf(row + 1) === 'opaque'
      return { node: 'directory', row, hides: isOpaque && hides === 'nothing' ? 'content' : hides }
    } else return { node: 'other', row, hides: 'all' }
  }
  const implied = path === rootPath || to < index.subtree(path)[1]
  return { node: implied ? 'implied' : 'nothing', row: -1, hides }
}

function metaOf(index: LayerIndex, row: number): Meta {
  const entry = index.at(row)
  return 'meta' in entry ? entry.meta : impliedMeta
}

/** Byte order; UTF-16 order differs from it only beyond ASCII. */
function compareNames(a: string, b: string): number {
  const [x, y] = [`/${a}` as RootPath, `/${b}` as RootPath]
  return comparePaths(x, y)
}

function digestOf(file: FileEntry, read: ContentReader): Digest {
  const hash = createHash('sha256')
  for (const piece of read(file)) hash.update(piece)
  return digestOfHex(hash.digest('hex'))
}

function readWhole(file: FileEntry, { limit, read }: { limit: number; read: ContentReader }): Uint8Array {
  if (file.size > limit)
    throw new Fault(
      'path.invalid',
      `${file.path} has ${file.size} bytes, more than the ${limit} that are read of it`,
    )
  const bytes = new Uint8Array(file.size)
  let at = 0
  for (const piece of read(file)) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
