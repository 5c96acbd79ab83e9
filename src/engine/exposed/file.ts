// One file searched for secrets: its bytes as they are, and what it holds where it is packed by gzip or a zip file.
import { gunzipSync } from 'node:zlib'
import { kindOf, type Scan, type SecretMatch, startScan } from '../../analyze/index.ts'
import type { RootPath } from '../../core/index.ts'
import { decompress, type FileEntry } from '../../layer/index.ts'
import { type OpenedImage, ownChunks } from '../study/opened.ts'
import { isZip, zipMembers } from './zip.ts'

export interface FoundInFile extends SecretMatch {
  /** The member of a zip file that it stands in; offset and line are the member's. */
  readonly member?: RootPath | undefined
}

/** Lets others have their turn, where one has been long enough; faults where the search is to stop. */
export type GiveTurn = () => Promise<void> | undefined

/** Bytes of a compressed file that are looked at, unpacked: of all that it holds, and of one member of a zip file. */
const unpackedLimit = 256 << 20
const memberLimit = 16 << 20
/** Bytes of zip files that are unpacked: they are kept in memory, since their directory stands at their end. */
const zipLimit = 64 << 20
/** Bytes of gzip files that are unpacked at once: for the many small ones of an image a stream each costs more than all the rest. */
const smallGzip = 1 << 20

export async function scanFile(
  image: OpenedImage,
  file: FileEntry,
  giveTurn: GiveTurn,
): Promise<readonly FoundInFile[]> {
  let scan: Scan | undefined
  let head: Uint8Array = new Uint8Array(0)
  const kept: Uint8Array[] = []
  for await (const piece of ownChunks(image, file)) {
    if (scan === undefined) {
      head = piece.slice(0, 4)
      scan = startScan(kindOf(file.path, piece), file.size)
    }
    scan.push(piece)
    if ((isZip(head) && file.size <= zipLimit) || (isGzip(head) && file.size <= smallGzip)) kept.push(piece)
    await giveTurn()
  }
  const found = scan?.end() ?? []
  if (isGzip(head)) {
    const whole = kept.length === 0 ? undefined : unpackedGzip(Buffer.concat(kept))
    const inside = whole === undefined ? await scanGzip(image, file, giveTurn) : scanBytes(file.path, whole)
    return [...found, ...inside]
  }
  return kept.length === 0 ? found : await scanZip(Buffer.concat(kept), found, giveTurn)
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** `undefined` where it is damaged, or long. */
function unpackedGzip(bytes: Buffer): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: memberLimit })
  } catch {
    return undefined
  }
}

function scanBytes(path: RootPath, bytes: Uint8Array): readonly SecretMatch[] {
  const scan = startScan(kindOf(path, bytes), bytes.length)
  scan.push(bytes)
  return scan.end()
}

/** What a gzip file holds, a tar in it too, as a stream; one that is damaged is looked at as far as it goes. */
async function scanGzip(
  image: OpenedImage,
  file: FileEntry,
  giveTurn: GiveTurn,
): Promise<readonly SecretMatch[]> {
  let scan: Scan | undefined
  let size = 0
  const pieces = decompress('gzip', ownChunks(image, file))
  for (;;) {
    const next = await pieces.next().catch(() => undefined)
    if (next === undefined || next.done || size > unpackedLimit) break
    scan ??= startScan(kindOf(file.path, next.value), Number.POSITIVE_INFINITY)
    scan.push(next.value)
    size += next.value.length
    await giveTurn()
  }
  await pieces.return(undefined)
  return scan?.end() ?? []
}

/** The members of a zip file; of what was `found` in it as it is, what stands in none of them. */
async function scanZip(
  zip: Buffer,
  found: readonly SecretMatch[],
  giveTurn: GiveTurn,
): Promise<readonly FoundInFile[]> {
  const inMembers: FoundInFile[] = []
  let outside = found
  let left = unpackedLimit
  for (const member of zipMembers(zip)) {
    if (left <= 0) break
    const { path, from, to } = member
    const bytes = member.unpack(Math.min(left, memberLimit))
    // what was given up has cost as much
    left -= bytes?.length ?? memberLimit
    await giveTurn()
    if (bytes === undefined || bytes.length === 0) continue
    outside = outside.filter(({ offset }) => offset < from || offset >= to)
    inMembers.push(...scanBytes(path, bytes).map((match) => ({ ...match, member: path })))
  }
  return [...outside, ...inMembers]
}
