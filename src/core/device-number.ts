// The number of a device as stat(2) gives it.

/** makedev(3) of Linux, taken apart. */
export function splitDeviceNumber(rdev: number | bigint): {
  readonly major: number
  readonly minor: number
} {
  const number = BigInt(rdev)
  return {
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n)),
    minor: Number((number & 0xffn) | ((number >> 12n) & 0xffffff00n)),
  }
}
