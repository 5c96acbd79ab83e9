// From a layer's sorted entries to inodes in directories. A removal becomes what overlayfs reads: a whiteout is a 0:0 character device
// (one inode serves all), an opaque directory carries an xattr; a removal and a new thing of one name make the new thing opaque.
import { Fault, type RootPath, rootPath } from '../../core/index.ts'
import type { Entry, Meta, Node } from '../entry.ts'
import { packXattrs } from './xattrs.ts'

export interface Child {
  readonly name: string
  inode: Inode
}

/** An inode to be written; the last fields are filled in as the image is laid out. */
export interface Inode {
  /** What it is. Its path is one of its names. */
  node: Node
  links: number
  readonly children: Child[]
  parent: Inode | undefined
  opaque: boolean
  xattrs: Buffer | undefined
  /** Byte offset in the image. */
  at: number
  /** Bytes of content, names or link target. */
  size: number
  dataAt: number
  chunks: Chunks | undefined
}

/** Content in pieces of `2 ** bits` bytes; a piece is a hole (-1) or the number of a block on a device (0 is the image itself). */
export interface Chunks {
  readonly bits: number
  readonly devices: readonly number[]
  readonly blocks: readonly number[]
  /** Content that is put into the image: for each piece the bytes, or nothing. */
  readonly embedded: readonly (Uint8Array | undefined)[]
}

export interface TreeInput {
  readonly entries: Iterable<Entry>
  readonly implied: (path: RootPath) => Meta | undefined
  readonly opaqueXattr: string
}

const bareMeta: Meta = { mode: 0o755, uid: 0, gid: 0, mtime: 0n }
const whiteoutNode: Node = {
  kind: 'device',
  path: rootPath,
  meta: { mode: 0, uid: 0, gid: 0, mtime: 0n },
  device: 'char',
  major: 0,
  minor: 0,
}

function makeInode(node: Node): Inode {
  return {
    node,
    links: node.kind === 'directory' ? 2 : 1,
    children: [],
    parent: undefined,
    opaque: false,
    xattrs: undefined,
    at: 0,
    size: 0,
    dataAt: 0,
    chunks: undefined,
  }
}

interface Open {
  readonly path: string
  readonly inode: Inode
}

/** Builds the tree; the first inode is the root. Directories that no entry names take the metadata `implied` gives for them. */
export function plantTree({ entries, implied, opaqueXattr }: TreeInput): Inode[] {
  const directoryAt = (path: RootPath) =>
    makeInode({ kind: 'directory', path, meta: implied(path) ?? bareMeta })
  const root = directoryAt(rootPath)
  const inodes: Inode[] = [root]
  const named = new Map<string, Child>()
  const links: { readonly child: Child; readonly path: RootPath; readonly target: RootPath }[] = []
  const open: Open[] = [{ path: '', inode: root }]
  let whiteout: Inode | undefined
  const unresolved = makeInode(whiteoutNode)

  const removed = (): Inode => {
    whiteout ??= add(makeInode(whiteoutNode))
    return whiteout
  }
  const add = (inode: Inode): Inode => {
    inodes.push(inode)
    return inode
  }
  const last = (directory: Inode): Child | undefined => directory.children.at(-1)

  /** The directory at `path`, which is on the way to the entry at hand. */
  const enter = (path: string): Inode => {
    while (!within(path, open.at(-1)!.path)) open.pop()
    for (;;) {
      const { path: at, inode } = open.at(-1)!
      if (at === path) return inode
      const slash = path.indexOf('/', at.length + 1)
      const next = slash < 0 ? path : path.slice(0, slash)
      const name = next.slice(at.length + 1)
      const present = last(inode)
      let child = present?.name === name ? present.inode : undefined
      if (child === undefined || child.node.kind !== 'directory') {
        // A file in the way gives way to the directory; a whiteout in the way means that the directory starts afresh.
        const directory = add(directoryAt(next as RootPath))
        directory.opaque = child !== undefined
        directory.parent = inode
        inode.links++
        if (present?.name === name) present.inode = directory
        else inode.children.push({ name, inode: directory })
        child = directory
      }
      open.push({ path: next, inode: child })
    }
  }

  for (const entry of entries) {
    if (entry.path === '/') {
      if (entry.kind === 'opaque') root.opaque = true
      else if (entry.kind === 'directory') root.node = entry
      continue
    }
    if (entry.kind === 'opaque') {
      enter(entry.path).opaque = true
      continue
    }
    const slash = entry.path.lastIndexOf('/')
    const directory = enter(entry.path.slice(0, slash))
    const name = entry.path.slice(slash + 1)
    const present = last(directory)
    const same = present?.name === name ? present : undefined
    if (entry.kind === 'whiteout') {
      if (same === undefined) directory.children.push({ name, inode: removed() })
      else if (same.inode.node.kind === 'directory') same.inode.opaque = true
      continue
    }
    if (entry.kind === 'directory' && same?.inode.node.kind === 'directory') {
      same.inode.node = entry
      continue
    }
    const inode = entry.kind === 'hardlink' ? unresolved : add(makeInode(entry as Node))
    const child = same ?? { name, inode }
    if (same === undefined) directory.children.push(child)
    else {
      if (inode.node.kind === 'directory' && same.inode === whiteout) inode.opaque = true
      same.inode = inode
    }
    if (inode.node.kind === 'directory') {
      inode.parent = directory
      directory.links++
    } else named.set(entry.path, child)
    if (entry.kind === 'hardlink') links.push({ child, path: entry.path, target: entry.target })
  }
  joinLinks(links, named)
  if (whiteout !== undefined) dropIdle(root, { whiteout, fresh: false })
  const opaque: readonly [string, Uint8Array] = [opaqueXattr, Buffer.from('y')]
  for (const inode of inodes) {
    const { xattrs } = inode.node.meta
    inode.xattrs = packXattrs(inode.opaque ? new Map([...(xattrs ?? []), opaque]) : xattrs)
  }
  return inodes
}

function within(path: string, directory: string): boolean {
  return path === directory || (path.startsWith(directory) && path.charCodeAt(directory.length) === 47)
}

/** In a directory that starts afresh a deletion means nothing, and an overlay would list its name. */
function dropIdle(directory: Inode, { whiteout, fresh }: { whiteout: Inode; fresh: boolean }): void {
  const alone = fresh || directory.opaque
  const { children } = directory
  if (alone) {
    let kept = 0
    for (const child of children) if (child.inode !== whiteout) children[kept++] = child
    children.length = kept
  }
  for (const { inode } of children)
    if (inode.node.kind === 'directory') dropIdle(inode, { whiteout, fresh: alone })
}

function joinLinks(
  links: readonly { readonly child: Child; readonly path: RootPath; readonly target: RootPath }[],
  named: ReadonlyMap<string, Child>,
): void {
  const targets = new Map<string, string>(links.map(({ path, target }) => [path, target]))
  for (const { child, path, target } of links) {
    let at: string = target
    for (let steps = 0; targets.has(at) && steps <= links.length; steps++) at = targets.get(at)!
    const found = targets.has(at) ? undefined : named.get(at)
    if (found === undefined)
      throw new Fault('tar.invalid', `the hard link ${path} points to ${target}, which is not there`)
    child.inode = found.inode
    found.inode.links++
  }
}
