// The entries of a directory in blocks: within a block first the fixed parts, then the names; names ascend byte by byte over the whole
// directory, `.` and `..` among them, since the kernel looks names up by halving.
import { pathBytes } from '../../core/index.ts'
import type { Node } from '../entry.ts'
import { blockSize } from './super.ts'
import type { Inode } from './tree.ts'

const rowSize = 12

/** File types as directory entries tell them (fs/erofs: FT_*). */
function fileType(node: Node): number {
  switch (node.kind) {
    case 'file':
      return 1
    case 'directory':
      return 2
    case 'device':
      return node.device === 'char' ? 3 : 4
    case 'fifo':
      return 5
    case 'symlink':
      return 7
  }
}

interface Row {
  readonly name: string
  readonly inode: Inode
}

function rowsOf(directory: Inode): readonly Row[] {
  const dots = [
    { name: '.', inode: directory },
    { name: '..', inode: directory.parent ?? directory },
  ]
  const first = directory.children[0]
  if (first === undefined || first.name.charCodeAt(0) > 46) return [...dots, ...directory.children]
  return [...dots, ...directory.children].sort((a, b) => Buffer.compare(pathBytes(a.name), pathBytes(b.name)))
}

export function nameLength(name: string): number {
  return name.isWellFormed() ? Buffer.byteLength(name) : pathBytes(name).length
}

export function writeName(image: Buffer, name: string, at: number): number {
  return name.isWellFormed() ? image.write(name, at) : pathBytes(name).copy(image, at)
}

/** The bytes a directory takes: whole blocks, the last one as far as it is used. */
export function directorySize(directory: Inode): number {
  let blocks = 0
  let used = 0
  for (const { name } of rowsOf(directory)) {
    const size = rowSize + nameLength(name)
    if (used + size > blockSize) {
      blocks++
      used = 0
    }
    used += size
  }
  return blocks * blockSize + used
}

/** Writes the directory at `at`, where zeros are. */
export function writeDirectory(
  image: Buffer,
  directory: Inode,
  { at, nidOf }: { at: number; nidOf: (inode: Inode) => number },
): void {
  const rows = rowsOf(directory)
  let block = at
  for (let from = 0; from < rows.length; block += blockSize) {
    let to = from
    for (let used = 0; to < rows.length; to++) {
      used += rowSize + nameLength(rows[to]!.name)
      if (used > blockSize) break
    }
    let nameAt = (to - from) * rowSize
    for (let row = from; row < to; row++) {
      const { name, inode } = rows[row]!
      const fixed = block + (row - from) * rowSize
      image.writeUInt32LE(nidOf(inode), fixed)
      image.writeUInt16LE(nameAt, fixed + 8)
      image[fixed + 10] = fileType(inode.node)
      nameAt += writeName(image, name, block + nameAt)
    }
    from = to
  }
}
