// The super block and the device table. Facts: fs/erofs/erofs_fs.h of Linux.
import { Fault } from '../../core/index.ts'

/** Tar aligns content to 512 bytes, so these are the blocks. */
export const blockBits = 9
export const blockSize = 512
const superAt = 1024
const slotSize = 128
const slotsAt = superAt + 128
const magic = 0xe0f5e1e2
const incompatibleChunked = 0x4
const incompatibleDevices = 0x8
/** A mark of ours in the volume name; goes up when the same layer is written in another way. */
const volume = 'peel 1'

/** Bytes to read of an image for `parseErofsHead`. */
export const headLength = slotsAt

/** Where the inodes begin. */
export function metaStart(devices: number): number {
  return Math.ceil((slotsAt + devices * slotSize) / 4096) * 4096
}

export interface SuperBlock {
  readonly rootNid: number
  readonly inodes: number
  readonly bytes: number
  /** Sizes of the device files in bytes. */
  readonly devices: readonly number[]
}

export function writeSuper(image: Buffer, { rootNid, inodes, bytes, devices }: SuperBlock): void {
  image.writeUInt32LE(magic, superAt)
  image[superAt + 12] = blockBits
  image.writeUInt16LE(rootNid, superAt + 14)
  image.writeBigUInt64LE(BigInt(inodes), superAt + 16)
  image.writeUInt32LE(bytes / blockSize, superAt + 36)
  image.writeUInt32LE(metaStart(devices.length) / blockSize, superAt + 40)
  image.write(volume, superAt + 64, 'latin1')
  image.writeUInt32LE(incompatibleChunked | (devices.length > 0 ? incompatibleDevices : 0), superAt + 80)
  image.writeUInt16LE(devices.length, superAt + 86)
  image.writeUInt16LE(devices.length > 0 ? slotsAt / slotSize : 0, superAt + 88)
  for (const [slot, size] of devices.entries()) {
    const blocks = Math.ceil(size / blockSize)
    if (blocks >= 0xffffffff)
      throw new Fault('erofs.unsupported', `a layer of ${size} bytes is too large to be mounted by its index`)
    image.writeUInt32LE(blocks, slotsAt + slot * slotSize + 64)
  }
}

export interface ErofsHead {
  readonly bytes: number
  readonly devices: number
}

/** Reads the head of an image that `writeErofs` made; `undefined` if it is not one, or one of another version. */
export function parseErofsHead(head: Uint8Array): ErofsHead | undefined {
  if (head.length < headLength) return undefined
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (bytes.readUInt32LE(superAt) !== magic || bytes[superAt + 12] !== blockBits) return undefined
  if (bytes.toString('latin1', superAt + 64, superAt + 80).replace(/\0+$/, '') !== volume) return undefined
  return { bytes: bytes.readUInt32LE(superAt + 36) * blockSize, devices: bytes.readUInt16LE(superAt + 86) }
}
