// What turns one view into another: the layer of changes between them.
import { comparePaths, joinPath, type RootPath, rootPath } from '../core/index.ts'
import type { Entry, FileEntry, Meta, Node } from './entry.ts'
import type { FileView, Found } from './view.ts'

/**
 * The entries that, laid over `lower`, give `upper`; sorted as layers are. Directories whose own metadata did not change are not among
 * them. Names that are hard linked otherwise than before are all said again, unless some of them are merely gone. Reads content only of
 * files of equal metadata and size whose digests are not known.
 */
export function* compareViews(lower: FileView, upper: FileView): Generator<Entry> {
  const links = { lower: linkedNames(lower), upper: linkedNames(upper) }
  const written = new Map<string, RootPath>()
  const kept = new Map<string, boolean>()

  const entryFor = (found: Found): Entry => {
    if (found.inode === undefined || found.node.kind === 'directory') return found.node
    const first = written.get(found.inode)
    if (first !== undefined) return { kind: 'hardlink', path: found.node.path, target: first }
    if (links.upper.has(found.inode)) written.set(found.inode, found.node.path)
    return found.node
  }
  function* added(path: RootPath): Generator<Entry> {
    const found = upper.lookup(path)
    if (found === undefined) return
    yield entryFor(found)
    if (found.node.kind === 'directory')
      for (const name of upper.list(path)) yield* added(joinPath(path, name))
  }
  function* both(path: RootPath): Generator<Entry> {
    const before = lower.lookup(path)
    const after = upper.lookup(path)
    if (after === undefined) {
      if (before !== undefined) yield { kind: 'whiteout', path }
      return
    }
    if (before === undefined) {
      yield* added(path)
      return
    }
    if (after.node.kind === 'directory') {
      if (before.node.kind !== 'directory') {
        yield* added(path)
        return
      }
      if (!sameMeta(before.node.meta, after.node.meta)) yield after.node
      for (const name of mergeNames(lower.list(path), upper.list(path))) yield* both(joinPath(path, name))
      return
    }
    if (isLinkedAsBefore(before, after) && sameNode(before.node, after.node, { lower, upper })) return
    yield entryFor(after)
  }
  /** Whether a file has the names that it had, or has lost some that are gone: what deletes those leaves the others as they are. */
  function isLinkedAsBefore(before: Found, after: Found): boolean {
    const [old, now] = [namesOf(links.lower, before), namesOf(links.upper, after)]
    const key = JSON.stringify([old[0], now[0]])
    const known = kept.get(key)
    if (known !== undefined) return known
    const [had, has] = [new Set(old), new Set(now)]
    const keeps =
      now.every((path) => had.has(path)) &&
      old.every((path) => has.has(path) || upper.lookup(path) === undefined)
    if (had.size > 1 || has.size > 1) kept.set(key, keeps)
    return keeps
  }
  yield* both(rootPath)
}

/** All names of what was found. */
function namesOf(several: ReadonlyMap<string, RootPath[]>, { node, inode }: Found): readonly RootPath[] {
  return (inode === undefined ? undefined : several.get(inode)) ?? [node.path]
}

/** The names of each inode that has several. */
function linkedNames(view: FileView): Map<string, RootPath[]> {
  const first = new Map<string, RootPath>()
  const several = new Map<string, RootPath[]>()
  const todo: RootPath[] = [rootPath]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    for (const name of view.list(path)) {
      const child = joinPath(path, name)
      const found = view.lookup(child)
      if (found?.node.kind === 'directory') todo.push(child)
      else if (found?.inode !== undefined) {
        const other = first.get(found.inode)
        if (other === undefined) first.set(found.inode, child)
        else {
          const names = several.get(found.inode) ?? [other]
          names.push(child)
          several.set(found.inode, names)
        }
      }
    }
  }
  for (const names of several.values()) names.sort(comparePaths)
  return several
}

function mergeNames(a: readonly string[], b: readonly string[]): readonly string[] {
  const names = [...new Set([...a, ...b])]
  return names.sort((x, y) => comparePaths(`/${x}` as RootPath, `/${y}` as RootPath))
}

/** Whether two nodes are the same in all but their paths; may read content whose digest is not known. */
export function sameNode(
  a: Node,
  b: Node,
  views: { readonly lower: FileView; readonly upper: FileView },
): boolean {
  if (!sameMeta(a.meta, b.meta)) return false
  if (a.kind === 'file') return b.kind === 'file' && sameContent(a, b, views)
  if (a.kind === 'symlink') return b.kind === 'symlink' && a.target === b.target
  if (a.kind === 'device')
    return b.kind === 'device' && a.device === b.device && a.major === b.major && a.minor === b.minor
  return a.kind === b.kind
}

function sameContent(
  a: FileEntry,
  b: FileEntry,
  views: { readonly lower: FileView; readonly upper: FileView },
): boolean {
  if (a.size !== b.size) return false
  if (a.content.in === 'layer' && b.content.in === 'layer' && a.content.layer === b.content.layer)
    if (a.content.offset === b.content.offset) return true
  return views.lower.digest(a) === views.upper.digest(b)
}

export function sameMeta(a: Meta, b: Meta): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.mtime !== b.mtime) return false
  const size = a.xattrs?.size ?? 0
  if (size !== (b.xattrs?.size ?? 0)) return false
  for (const [name, value] of a.xattrs ?? []) {
    const other = b.xattrs?.get(name)
    if (other === undefined || Buffer.compare(value, other) !== 0) return false
  }
  return true
}
