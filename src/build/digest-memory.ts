// Which content a context file had when it was last read, by the stamp it then had. What is remembered had no
// extended attributes; directories are remembered to say just that. One packed record a context directory. A file whose stamp is younger
// than the reading could still change without a new stamp, so it is not remembered.
import { deserialize, serialize } from 'node:v8'
import { comparePaths, type Digest, digestOfHex, hexOf, type RootPath } from '../core/index.ts'
import { isSettled, isStampAt, type Stamp, stampLength } from './stamp.ts'

export interface DigestMemory {
  find(path: RootPath, stamp: Stamp): Digest | undefined
  learn(path: RootPath, stamp: Stamp, digest: Digest): void
  /** The memory as bytes, if it learned enough that was not in it. */
  save(): Uint8Array | undefined
}

interface Packed {
  readonly version: 3
  readonly paths: readonly string[]
  readonly stamps: Float64Array
  /** 32 bytes a path. */
  readonly digests: Uint8Array
}

/** What is not worth saving: less than one file in so many, with fewer bytes than these together. */
const fewest = 64
const smallest = 1 << 20

export function openDigestMemory(saved: Uint8Array | undefined, now: () => number = Date.now): DigestMemory {
  const packed = saved === undefined ? undefined : unpack(saved)
  // printed at once: ten thousand small conversions would cost more than all else here
  const hexes =
    packed === undefined
      ? ''
      : Buffer.from(packed.digests.buffer, packed.digests.byteOffset, packed.digests.length).toString('hex')
  const rowOf = rowFinder(packed?.paths ?? [])
  const learned = new Map<
    RootPath,
    { readonly stamp: Stamp; readonly digest: Digest; readonly settled: boolean }
  >()
  /** Reading a few small files again costs less than writing the whole memory; they are saved with the next that are worth it. */
  const isWorthSaving = (): boolean => {
    let [files, bytes] = [0, 0]
    for (const { stamp, settled } of learned.values()) {
      if (!settled) continue
      files++
      bytes += stamp[0]
    }
    return files * fewest > (packed?.paths.length ?? 0) || bytes > smallest
  }
  return {
    find(path, stamp) {
      const fresh = learned.get(path)
      if (fresh !== undefined)
        return fresh.stamp.every((value, i) => value === stamp[i]) ? fresh.digest : undefined
      const row = rowOf(path)
      if (row === undefined || packed === undefined) return undefined
      if (!isStampAt(stamp, packed.stamps, row)) return undefined
      return digestOfHex(hexes.slice(row * 64, row * 64 + 64))
    },
    learn(path, stamp, digest) {
      learned.set(path, { stamp, digest, settled: isSettled(stamp, now()) })
    },
    save() {
      if (!isWorthSaving()) return undefined
      const kept: { readonly path: RootPath; readonly row?: number }[] = []
      packed?.paths.forEach((path, row) => {
        if (!learned.has(path as RootPath)) kept.push({ path: path as RootPath, row })
      })
      for (const [path, { settled }] of learned) if (settled) kept.push({ path })
      // the order in which they will be asked for
      kept.sort((a, b) => comparePaths(a.path, b.path))
      const stamps = new Float64Array(kept.length * stampLength)
      const digits: string[] = []
      kept.forEach(({ path, row = 0 }, at) => {
        const fresh = learned.get(path)
        const from = row * stampLength
        const stamp = fresh?.stamp ?? packed?.stamps.subarray(from, from + stampLength)
        if (stamp !== undefined) stamps.set(stamp, at * stampLength)
        digits.push(fresh === undefined ? hexes.slice(row * 64, row * 64 + 64) : hexOf(fresh.digest))
      })
      return serialize({
        version: 3,
        paths: kept.map(({ path }) => path),
        stamps,
        digests: Buffer.from(digits.join(''), 'hex'),
      } satisfies Packed)
    },
  }
}

/** Finds paths, asked in nearly the order in which they stand: only what is out of order needs a look-up. */
function rowFinder(paths: readonly string[]): (path: string) => number | undefined {
  let next = 0
  let rows: Map<string, number> | undefined
  return (path) => {
    if (paths[next] === path) return next++
    rows ??= new Map(paths.map((one, row) => [one, row]))
    const row = rows.get(path)
    if (row !== undefined) next = row + 1
    return row
  }
}

function unpack(saved: Uint8Array): Packed | undefined {
  try {
    const value = deserialize(saved) as Partial<Packed>
    return value.version === 3 ? (value as Packed) : undefined
  } catch {
    return undefined // damaged: files are read again
  }
}
