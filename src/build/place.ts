// Where a COPY puts what it took: the entries of the new layer, worked out against the file system below without touching it.
// The rules are those of BuildKit's file copy: the contents of a directory are copied, existing directories are kept, a file replaces
// a file, and nothing replaces a directory.
import {
  baseName,
  comparePaths,
  Fault,
  isWithin,
  joinPath,
  parentPath,
  type RootPath,
  toRootPath,
} from '../core/index.ts'
import { type Entry, type FileView, type Found, type Meta, type Node, resolvePath } from '../layer/index.ts'
import type { Chmod } from './mode.ts'
import type { Selected } from './select.ts'

export interface PlaceOptions {
  /** Absolute; a `/` at the end says that it is a directory. */
  readonly destination: string
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  readonly mode?: Chmod | undefined
  /** The mtime of directories that have to be made, nanoseconds. */
  readonly now: bigint
  /** Changes an entry's times last of all. */
  readonly time: (mtime: bigint) => bigint
  /** Told, once, when a source goes to the file that a source before it went to, because the destination is no directory. */
  readonly replaced?: ((path: RootPath) => void) | undefined
}

/** Collects the entries of one layer over `below`. */
export interface Placement {
  /**
   * `replace`: what stands in the way goes and modes stay, as when an archive is unpacked; otherwise what stands in the way faults with
   * `copy.invalid`.
   */
  place(selected: Selected, conflicts?: 'refuse' | 'replace'): void
  /** The directory at `path`, made with its parents where there is none; symlinks are followed. */
  makeDirectory(path: string): RootPath
  /** All entries, sorted, with the directories above them as they are below. */
  entries(): Entry[]
}

/** How directories are made that a destination lacks. */
interface Made {
  readonly mode?: number | undefined
  readonly owner?: PlaceOptions['owner']
}

type Placed = Exclude<Entry, { kind: 'whiteout' | 'opaque' }>

export function openPlacement(below: FileView, options: PlaceOptions): Placement {
  const pending = new Map<RootPath, Placed>()
  /** New directories: below there is nothing of what will be in them. */
  const fresh = new Set<RootPath>()
  /** The hard links to an entry. */
  const links = new Map<RootPath, Set<RootPath>>()

  let toldOfReplaced = false

  /** What will stand at a path: hard links among the new entries count as the file they name. */
  const lookup = (path: RootPath): Found | undefined => {
    const entry = pending.get(path)
    if (entry === undefined) return fresh.has(parentPath(path)) ? undefined : below.lookup(path)
    if (entry.kind !== 'hardlink') return { node: entry }
    return lookup(entry.target)
  }
  const view: FileView = { ...below, lookup }

  const makeDirectory = (path: string, { mode = 0o755, owner = options.owner }: Made = {}): RootPath => {
    const resolved = resolvePath(view, toRootPath(path), 'all')
    const missing: RootPath[] = []
    for (let at = resolved; ; at = parentPath(at)) {
      const found = lookup(at)
      if (found !== undefined && found.node.kind !== 'directory')
        throw new Fault('copy.invalid', `cannot make the directory ${at}: a ${found.node.kind} is in the way`)
      if (found !== undefined || at === '/') break
      missing.push(at)
    }
    for (const directory of missing.reverse()) {
      fresh.add(directory)
      pending.set(directory, {
        kind: 'directory',
        path: directory,
        meta: {
          mode,
          uid: owner?.uid ?? 0,
          gid: owner?.gid ?? 0,
          mtime: options.time(options.now),
        },
      })
    }
    return resolved
  }

  /** Takes a new entry away; the file lives on where hard links name it. */
  const remove = (path: RootPath): void => {
    const entry = pending.get(path)
    pending.delete(path)
    const [heir, ...others] = [...(links.get(path) ?? [])].filter((link) => {
      const other = pending.get(link)
      return other?.kind === 'hardlink' && other.target === path
    })
    links.delete(path)
    if (entry === undefined || entry.kind === 'hardlink' || heir === undefined) return
    pending.set(heir, { ...entry, path: heir })
    for (const other of others) pending.set(other, { kind: 'hardlink', path: other, target: heir })
    links.set(heir, new Set(others))
  }

  const put = (entry: Placed, conflicts: 'refuse' | 'replace'): void => {
    const existing = lookup(entry.path)
    if (conflicts === 'replace') {
      if (existing?.node.kind === 'directory' && entry.kind !== 'directory')
        for (const path of pending.keys()) if (isWithin(path, entry.path)) remove(path)
    } else if (entry.kind === 'directory') {
      if (existing !== undefined && existing.node.kind !== 'directory')
        throw new Fault('copy.invalid', `cannot copy to non-directory: ${entry.path}`)
    } else if (existing?.node.kind === 'directory')
      throw new Fault('copy.invalid', `cannot replace to directory ${entry.path} with file`)
    if (existing === undefined && entry.kind === 'directory') fresh.add(entry.path)
    if (pending.has(entry.path)) remove(entry.path)
    pending.set(entry.path, entry)
    if (entry.kind !== 'hardlink') return
    links.set(entry.target, (links.get(entry.target) ?? new Set()).add(entry.path))
  }

  /** Where a member of an archive lands: links on the way are followed inside the root, directories that nobody named are made for root. */
  const onTheWay = (path: RootPath): RootPath => {
    if (path === '/') return path
    return joinPath(makeDirectory(parentPath(path), { owner: { uid: 0, gid: 0 } }), baseName(path))
  }

  const changed = ({ meta, kind }: Node, chmod: Chmod | undefined): Meta => {
    const mode = kind === 'symlink' ? undefined : chmod?.change(meta.mode, kind === 'directory')
    const mtime = options.time(meta.mtime)
    if (mode === undefined && options.owner === undefined && mtime === meta.mtime) return meta
    return { ...meta, ...options.owner, mode: mode ?? meta.mode, mtime }
  }

  return {
    makeDirectory: (path) => makeDirectory(path),
    place({ name, files }, conflicts = 'refuse') {
      const [source, ...rest] = files
      if (source === undefined) return
      const { destination } = options
      const chmod = conflicts === 'replace' ? undefined : options.mode
      const above = destination.endsWith('/') ? destination : parentPath(toRootPath(destination))
      makeDirectory(above, { mode: chmod?.made })
      let target = resolvePath(view, toRootPath(destination), 'all')
      if (source.found.node.kind === 'directory') target = makeDirectory(target, { mode: chmod?.made })
      else if (lookup(target)?.node.kind === 'directory') target = joinPath(target, name)
      else if (pending.has(target) && !toldOfReplaced) {
        toldOfReplaced = true
        options.replaced?.(target)
      }
      const linked = new Map<string, RootPath>()
      for (const { relative, found } of source.found.node.kind === 'directory' ? rest : [source]) {
        const named = relative === '' ? target : toRootPath(`${target}/${relative}`)
        const path = conflicts === 'replace' ? onTheWay(named) : named
        const first = found.inode === undefined ? undefined : linked.get(found.inode)
        // two names of the archive may be one where they land, by a link on the way
        if (first === path) continue
        if (first !== undefined) {
          put({ kind: 'hardlink', path, target: first }, conflicts)
          continue
        }
        put({ ...found.node, path, meta: changed(found.node, chmod) }, conflicts)
        if (found.inode !== undefined) linked.set(found.inode, path)
      }
    },
    entries() {
      const above = new Map<RootPath, Entry>()
      for (const path of pending.keys())
        for (
          let at = parentPath(path);
          at !== '/' && !fresh.has(at) && !pending.has(at) && !above.has(at);
          at = parentPath(at)
        ) {
          const found = below.lookup(at)
          if (found !== undefined) above.set(at, found.node)
        }
      return [...pending.values(), ...above.values()].sort((a, b) => comparePaths(a.path, b.path))
    },
  }
}
