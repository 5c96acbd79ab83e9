// What one directory of the overlay is to hold: a layer, ready to be mounted or unpacked. Most layers stand for themselves. Three kinds
// depend on the layers below and are kept under the chain's name: a directory that the tar does not name has the lower one's metadata
// (or, where a symlink stands there, what is written below it goes where the link points), a hard link may point to a lower layer's
// file, and where there are more layers than an overlay takes, the lowest are merged into one.
import {
  baseName,
  chainId,
  comparePaths,
  type DiffId,
  hexOf,
  joinPath,
  parentPath,
  type RootPath,
  rootPath,
  sha256,
} from '../core/index.ts'
import {
  createStack,
  type Entry,
  type LayerIndex,
  type Meta,
  resolvePath,
  type Stack,
} from '../layer/index.ts'
import { readContent } from './content.ts'
import type { StoreForSnapshots } from './types.ts'

export interface Placed {
  /** Names what is held: 64 hex digits. */
  readonly key: string
  /** Layers whose tars hold the contents. */
  readonly layers: readonly DiffId[]
  readonly entries: () => Iterable<Entry>
  readonly implied: (path: RootPath) => Meta | undefined
}

/** The directories of an overlay over these layers, bottom first; at most `limit` of them. */
export function placeLayers(
  store: StoreForSnapshots,
  given: readonly DiffId[],
  limit: number,
): readonly Placed[] {
  const seen = given.slice(
    Math.max(
      0,
      given.findLastIndex((id) => hidesAll(store.index(id))),
    ),
  )
  const layers = withoutRepeats(seen).filter((id) => store.index(id).length > 0)
  const excess = layers.length > limit ? layers.length - limit + 1 : 0
  const bottom = excess > 0 ? [placeMerged(store, layers.slice(0, excess))] : []
  return [
    ...bottom,
    ...layers.slice(excess).map((_, at) => placeLayer(store, layers.slice(0, excess + at + 1))),
  ]
}

/** Whether a layer hides all below it: an overlay merges the roots of its directories, whatever they say of themselves. */
function hidesAll(index: LayerIndex): boolean {
  const [from, to] = index.rowsOf(rootPath)
  return to > from && index.kindOf(to - 1) === 'opaque'
}

/** An overlay takes no directory twice (ELOOP). Of a layer that repeats, the topmost hides all that the others show. */
function withoutRepeats(layers: readonly DiffId[]): readonly DiffId[] {
  return layers.filter((id, at) => layers.lastIndexOf(id) === at)
}

export function stackOf(store: StoreForSnapshots, layers: readonly DiffId[]): Stack {
  return createStack(
    layers.map((id) => store.index(id)),
    readContent((id) => store.tarPath(id)),
  )
}

/** The last of the layers, as it is to stand on the others. */
export function placeLayer(store: StoreForSnapshots, layers: readonly DiffId[]): Placed {
  const id = layers.at(-1)!
  const index = store.index(id)
  const rows = function* () {
    for (let row = 0; row < index.length; row++) yield index.at(row)
  }
  const lower = stackOf(store, layers.slice(0, -1))
  const unnamed = layers.length > 1 && index.implied.some((path) => path !== rootPath)
  if (!unnamed && !pointsBelow(index) && !hasIdleWhiteout(index, lower))
    return { key: hexOf(id), layers: [id], entries: rows, implied: () => undefined }
  const all = stackOf(store, layers)
  const directoryMeta = (path: RootPath) => {
    const found = lower.lookup(path)?.node
    return found?.kind === 'directory' ? found.meta : undefined
  }
  return {
    key: hexOf(sha256(`placed ${chainId(layers)}`)),
    layers: [id, ...layers.slice(0, -1)],
    entries: () => withoutIdle(joinLower(index, redirect(index, rows(), lower), { lower, all }), lower),
    implied: directoryMeta,
  }
}

/** A deletion in a directory that the layers below do not have deletes nothing, and an overlay would list its name. */
function isIdle(entry: Entry, lower: Stack): boolean {
  return entry.kind === 'whiteout' && lower.lookup(parentPath(entry.path))?.node.kind !== 'directory'
}

function hasIdleWhiteout(index: LayerIndex, lower: Stack): boolean {
  for (let row = 0; row < index.length; row++)
    if (index.kindOf(row) === 'whiteout' && isIdle(index.at(row), lower)) return true
  return false
}

function* withoutIdle(entries: Iterable<Entry>, lower: Stack): Iterable<Entry> {
  for (const entry of entries) if (!isIdle(entry, lower)) yield entry
}

/** Whether a hard link of the layer points to something that the layer does not hold. */
function pointsBelow(index: LayerIndex): boolean {
  for (let row = 0; row < index.length; row++) {
    if (index.kindOf(row) !== 'hardlink') continue
    const entry = index.at(row)
    if (entry.kind === 'hardlink' && !holds(index, entry.target)) return true
  }
  return false
}

function holds(index: LayerIndex, path: RootPath): boolean {
  const row = index.find(path)
  if (row < 0) return false
  const kind = index.kindOf(row)
  return kind !== 'whiteout' && kind !== 'opaque'
}

/** Moves what stands below a directory that is a symlink in the lower layers, and unnamed in this one, to where the link points. */
function redirect(index: LayerIndex, entries: Iterable<Entry>, lower: Stack): Iterable<Entry> {
  if (!index.implied.some((path) => lower.lookup(path)?.node.kind === 'symlink')) return entries
  const moved = new Map<RootPath, RootPath>([[rootPath, rootPath]])
  const place = (directory: RootPath): RootPath => {
    const known = moved.get(directory)
    if (known !== undefined) return known
    const candidate = joinPath(place(parentPath(directory)), baseName(directory))
    const linked = !holds(index, directory) && lower.lookup(candidate)?.node.kind === 'symlink'
    const placed = linked ? resolvePath(lower, candidate, 'all') : candidate
    moved.set(directory, placed)
    return placed
  }
  const put = (path: RootPath) =>
    path === rootPath ? path : joinPath(place(parentPath(path)), baseName(path))
  const rewritten = [...entries].map((entry): Entry => {
    const path = entry.kind === 'opaque' ? place(entry.path) : put(entry.path)
    return entry.kind === 'hardlink' ? { ...entry, path, target: put(entry.target) } : { ...entry, path }
  })
  const rank = ({ kind }: Entry) => (kind === 'whiteout' ? 0 : kind === 'opaque' ? 2 : 1)
  return rewritten.sort((a, b) => comparePaths(a.path, b.path) || rank(a) - rank(b))
}

/**
 * Leads hard links through symlinks to what they mean. One into the lower layers becomes the file itself; further links to the same
 * file then point to the first.
 */
function* joinLower(
  index: LayerIndex,
  entries: Iterable<Entry>,
  { lower, all }: { readonly lower: Stack; readonly all: Stack },
): Iterable<Entry> {
  const first = new Map<RootPath, RootPath>()
  for (const entry of entries) {
    if (entry.kind !== 'hardlink' || holds(index, entry.target)) {
      yield entry
      continue
    }
    const target = resolvePath(all, entry.target, 'parents')
    const known = holds(index, target) ? target : first.get(target)
    const found = known === undefined ? lower.lookup(target)?.node : undefined
    if (found === undefined || found.kind === 'directory') {
      yield known === undefined ? entry : { ...entry, target: known }
      continue
    }
    first.set(target, entry.path)
    yield { ...found, path: entry.path }
  }
}

/** All the layers as one. */
export function placeMerged(store: StoreForSnapshots, layers: readonly DiffId[]): Placed {
  const key = layers.length === 0 ? hexOf(sha256('nothing')) : hexOf(sha256(`merged ${chainId(layers)}`))
  return { key, layers, entries: () => mergedEntries(stackOf(store, layers)), implied: () => undefined }
}

/** What the merged layers hold, hard links as such. */
export function* mergedEntries(stack: Stack): Iterable<Entry> {
  const seen = new Map<string, RootPath>()
  for (const { node, inode } of stack.walk(rootPath)) {
    const first = inode === undefined || node.kind === 'directory' ? undefined : seen.get(inode)
    if (first !== undefined) yield { kind: 'hardlink', path: node.path, target: first }
    else {
      if (inode !== undefined) seen.set(inode, node.path)
      yield node
    }
  }
}

/** The metadata of the root of the merged layers: the topmost layer that names it decides. */
export function rootMeta(store: StoreForSnapshots, layers: readonly DiffId[]): Meta {
  for (const id of layers.toReversed()) {
    const index = store.index(id)
    const [from, to] = index.rowsOf(rootPath)
    for (let row = from; row < to; row++) {
      const entry = index.at(row)
      if (entry.kind === 'directory') return entry.meta
    }
  }
  return { mode: 0o755, uid: 0, gid: 0, mtime: 0n }
}
