// Making real files of a layer. It goes over the same tree that an index image is written from, so both show the same; nothing can land
// outside the directory, since every parent is one that was just made.
import fs from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type Context, hostPath } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type FileEntry, type Inode, type Node, plantTree } from '../layer/index.ts'
import { attempt, type Strictness, writeMeta } from './host.ts'
import { opaqueXattr } from './overlay.ts'
import type { Placed } from './placed.ts'

export interface Unpacking {
  readonly kernel: Kernel
  readonly read: (file: FileEntry) => Iterable<Uint8Array>
  readonly strictness: Strictness
}

const breathEvery = 256

/** Fills the empty directory `root`; removals become what overlayfs reads. */
export async function unpack(placed: Placed, root: string, how: Unpacking, ctx: Context): Promise<void> {
  const [tree] = plantTree({ entries: placed.entries(), implied: placed.implied, opaqueXattr })
  const made = new Map<Inode, string>()
  let count = 0
  const open: { readonly path: string; readonly inode: Inode; next: number }[] = [
    { path: root, inode: tree!, next: 0 },
  ]
  while (open.length > 0) {
    const here = open.at(-1)!
    const child = here.inode.children[here.next++]
    if (child === undefined) {
      // A directory's own time is set when nothing is put into it any more.
      finishDirectory(here.path, here.inode, how)
      open.pop()
      continue
    }
    if (++count % breathEvery === 0) {
      await setImmediate()
      ctx.signal.throwIfAborted()
    }
    const path = `${here.path}/${child.name}`
    const first = made.get(child.inode)
    if (child.inode.node.kind === 'directory') {
      fs.mkdirSync(hostPath(path), 0o700)
      open.push({ path, inode: child.inode, next: 0 })
    } else if (first !== undefined) fs.linkSync(hostPath(first), hostPath(path))
    else {
      if (child.inode.links > 1) made.set(child.inode, path)
      makeLeaf(hostPath(path), child.inode.node, how)
    }
  }
}

function finishDirectory(path: string, { node, opaque }: Inode, how: Unpacking): void {
  const host = hostPath(path)
  if (opaque) attempt(how.strictness, () => how.kernel.writeXattr(host, opaqueXattr, Buffer.from('y')))
  writeMeta(host, node, how)
}

function makeLeaf(host: string | Buffer, node: Node, how: Unpacking): void {
  switch (node.kind) {
    case 'file':
      writeFile(host, node, how)
      break
    case 'symlink':
      fs.symlinkSync(hostPath(node.target), host)
      break
    case 'fifo':
      how.kernel.makeNode(host, { kind: 'fifo', mode: 0o600 })
      break
    case 'device': {
      const { device, major, minor } = node
      try {
        how.kernel.makeNode(host, { kind: device, mode: 0o600, major, minor })
      } catch (error) {
        attempt(how.strictness, () => {
          throw error
        })
        return
      }
    }
  }
  writeMeta(host, node, how)
}

function writeFile(host: string | Buffer, file: FileEntry, how: Unpacking): void {
  const fd = fs.openSync(host, 'wx', 0o600)
  try {
    let at = 0
    for (const piece of how.read(file)) {
      if (!isZeros(piece))
        for (let done = 0; done < piece.length; )
          done += fs.writeSync(fd, piece, done, piece.length - done, at + done)
      at += piece.length
    }
    // Zeros were passed over, so that a sparse file stays one.
    fs.ftruncateSync(fd, at)
  } finally {
    fs.closeSync(fd)
  }
}

function isZeros(piece: Uint8Array): boolean {
  if (piece.length < 4096 || piece[0] !== 0) return false
  return piece.every((byte) => byte === 0)
}
