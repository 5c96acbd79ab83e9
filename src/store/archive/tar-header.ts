// Headers of the tar around saved images: plain ustar, owned by root, time zero, so that the same images make the same bytes.

const block = 512
const zeros = new Uint8Array(block)

/** A header; `name` has at most 100 bytes and ends in `/` for a directory. Sizes of 8 GiB and more are in base 256 (GNU). */
export function tarHeader(name: string, size: number): Uint8Array {
  const directory = name.endsWith('/')
  const header = Buffer.alloc(block)
  header.write(name, 0, 100)
  header.write(directory ? '0000755' : '0000644', 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  if (size < 8 ** 11) header.write(size.toString(8).padStart(11, '0'), 124)
  else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
  header.write('00000000000', 136)
  header.write('        ', 148)
  header.write(directory ? '5' : '0', 156)
  header.write('ustar\0' + '00', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** What fills the last block of `size` bytes. */
export function tarPadding(size: number): Uint8Array {
  return zeros.subarray(0, (block - (size % block)) % block)
}

export const tarEnd: Uint8Array = new Uint8Array(2 * block)
