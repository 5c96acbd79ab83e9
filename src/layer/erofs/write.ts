// One layer as an EROFS image that holds names and metadata; contents stay in the tar. Inodes are of the extended kind, xattrs stand
// behind them, then what the inode points at where it is short: a small directory, a symlink's target, or the chunk indexes.
import { type DiffId, Fault, type RootPath } from '../../core/index.ts'
import type { Entry, FileEntry, Meta, Node } from '../entry.ts'
import { chunksOf } from './content.ts'
import { directorySize, nameLength, writeDirectory, writeName } from './directory.ts'
import { blockBits, blockSize, metaStart, writeSuper } from './super.ts'
import { type Inode, plantTree } from './tree.ts'
import { xattrCount } from './xattrs.ts'

export interface ErofsInput {
  /** Sorted by `comparePaths`. A hard link's target must be among them. */
  readonly entries: Iterable<Entry>
  /** The layers whose tars are mounted as devices, in the order of the device slots, with the sizes of the tars. */
  readonly devices: readonly { readonly layer: DiffId; readonly size: number }[]
  /** Content that no device holds in whole blocks is read with this and put into the image. */
  readonly read: (file: FileEntry) => Iterable<Uint8Array>
  /** The metadata of a directory that no entry names; 0755 of root where it gives none. */
  readonly implied: (path: RootPath) => Meta | undefined
  /** The xattr that marks an opaque directory, as the mounting file system wants it. */
  readonly opaqueXattr: string
}

const inodeSize = 64
const inodeAlign = 32
// i_format: bit 0 is "extended", the bits above say how the data is laid out.
const plain = 1
const inline = 1 | (2 << 1)
const chunked = 1 | (4 << 1)
const chunkIndexes = 0x20
const noBlock = 0xffffffff

/** The image; faults with `erofs.unsupported` on what EROFS can't say and `tar.invalid` on a hard link to nothing. */
export function writeErofs(input: ErofsInput): Buffer {
  const inodes = plantTree(input)
  const start = metaStart(input.devices.length)
  const end = layOut(inodes, start, input)
  const image = Buffer.alloc(end)
  const nidOf = (inode: Inode) => (inode.at - start) / inodeAlign
  for (const inode of inodes) writeInode(image, inode, nidOf)
  const devices = input.devices.map(({ size }) => size)
  writeSuper(image, { rootNid: nidOf(inodes[0]!), inodes: inodes.length, bytes: end, devices })
  return image
}

/** The image of nothing but an empty root directory; for finding out whether images can be mounted. */
export function emptyErofs(): Buffer {
  return writeErofs({
    entries: [],
    devices: [],
    read: () => [],
    implied: () => undefined,
    opaqueXattr: 'trusted.none',
  })
}

const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Gives every inode and its data a place; the answer is the size of the image. */
function layOut(inodes: readonly Inode[], start: number, input: ErofsInput): number {
  let end = start
  for (const inode of inodes) {
    const head = inodeSize + (inode.xattrs?.length ?? 0)
    inode.at = roundUp(end, inodeAlign)
    const { node } = inode
    if (node.kind === 'directory' || node.kind === 'symlink') {
      inode.size = node.kind === 'symlink' ? nameLength(node.target) : directorySize(inode)
      const short = head + inode.size <= blockSize
      // Data behind an inode must not cross the end of a block (fs/erofs/data.c).
      const dataAt = inode.at + head
      if (short && Math.floor(dataAt / blockSize) !== Math.floor((dataAt + inode.size - 1) / blockSize))
        inode.at = roundUp(end, blockSize)
      inode.dataAt = short ? inode.at + head : 0
      end = inode.at + head + (short ? inode.size : 0)
      continue
    }
    end = inode.at + head
    if (node.kind !== 'file' || node.size === 0) continue
    inode.size = node.size
    inode.chunks = chunksOf(node, input)
    inode.dataAt = roundUp(end, 8)
    end = inode.dataAt + inode.chunks.blocks.length * 8
  }
  end = roundUp(end, blockSize)
  for (const inode of inodes) {
    if (inode.chunks !== undefined) end = placeEmbedded(inode, end)
    else if (inode.size > 0 && inode.dataAt === 0) {
      inode.dataAt = end
      end = roundUp(end + inode.size, blockSize)
    }
  }
  if (end / blockSize >= noBlock)
    throw new Fault('erofs.unsupported', 'the index of this layer grows too large')
  return end
}

function placeEmbedded(inode: Inode, start: number): number {
  let end = start
  const { bits, devices, blocks, embedded } = inode.chunks!
  if (embedded.length === 0) return end
  const placed = blocks.map((block, piece) => {
    const bytes = embedded[piece]
    if (bytes === undefined) return block
    const at = end
    end = roundUp(end + bytes.length, blockSize)
    return at / blockSize
  })
  inode.chunks = { bits, devices, blocks: placed, embedded }
  return end
}

function writeInode(image: Buffer, inode: Inode, nidOf: (inode: Inode) => number): void {
  const { at, node, xattrs, size } = inode
  const { meta } = node
  const nanoseconds = ((meta.mtime % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  image[at] = layoutOf(inode)
  image.writeUInt16LE(xattrCount(xattrs), at + 2)
  image.writeUInt16LE(modeOf(node), at + 4)
  writeUInt64(image, size, at + 8)
  image.writeUInt32LE(nidOf(inode) >>> 0, at + 20)
  image.writeUInt32LE(meta.uid >>> 0, at + 24)
  image.writeUInt32LE(meta.gid >>> 0, at + 28)
  image.writeBigInt64LE((meta.mtime - nanoseconds) / 1_000_000_000n, at + 32)
  image.writeUInt32LE(Number(nanoseconds), at + 40)
  image.writeUInt32LE(inode.links, at + 44)
  if (xattrs !== undefined) xattrs.copy(image, at + inodeSize)
  if (node.kind === 'device') image.writeUInt32LE(encodeDevice(node.major, node.minor), at + 16)
  else if (inode.chunks !== undefined) writeChunks(image, inode)
  else if (size > 0) {
    image.writeUInt32LE(Math.floor(inode.dataAt / blockSize), at + 16)
    if (node.kind === 'directory') writeDirectory(image, inode, { at: inode.dataAt, nidOf })
    else if (node.kind === 'symlink') writeName(image, node.target, inode.dataAt)
  }
}

const typeBits = {
  fifo: 0o010000,
  char: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
}

function modeOf(node: Node): number {
  const type = typeBits[node.kind === 'device' ? node.device : node.kind]
  return type | (node.kind === 'symlink' ? 0o777 : node.meta.mode & 0o7777)
}

/** How Linux writes a device number down (include/linux/kdev_t.h, new_encode_dev). */
function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0
}

function layoutOf(inode: Inode): number {
  if (inode.chunks !== undefined) return chunked
  const head = inodeSize + (inode.xattrs?.length ?? 0)
  return inode.size > 0 && head + inode.size <= blockSize ? inline : plain
}

function writeChunks(image: Buffer, inode: Inode): void {
  const { bits, devices, blocks, embedded } = inode.chunks!
  image.writeUInt16LE(chunkIndexes | (bits - blockBits), inode.at + 16)
  for (let piece = 0; piece < blocks.length; piece++) {
    const index = inode.dataAt + piece * 8
    const block = blocks[piece]!
    image.writeUInt16LE(block < 0 ? 0 : devices[piece]!, index + 2)
    image.writeUInt32LE(block < 0 ? noBlock : block, index + 4)
    const bytes = embedded[piece]
    if (bytes !== undefined) image.set(bytes, block * blockSize)
  }
}

function writeUInt64(image: Buffer, value: number, at: number): void {
  image.writeUInt32LE(value % 2 ** 32, at)
  image.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
}
