// Searches a content and what is packed in it, in each other: gzip and zstd, the members of zip files, packed members of tars. What
// stands in a tar as it is stands in the tar's own bytes. Memory and work are bounded, since files can be made to grow without end.
import type { RootPath } from '../../core/index.ts'
import { decompress } from '../compress.ts'
import { packingOf, unpackWhole } from './packing.ts'
import { watchTar } from './tar-watch.ts'
import { zipMembers } from './zip.ts'

/** So many packings in one another are opened. */
const mostDepth = 4
/** Bytes that are looked at of all that one content holds, unpacked. */
const unpackedLimit = 256 << 20
/** Bytes of one member that is held in memory. */
const memberLimit = 16 << 20
/** What a member counts for at least: looking at a short one has its price too. */
const leastCost = 1 << 10
/** Bytes of a zip file that is opened: it is held in memory, since its directory stands at its end. */
const zipLimit = 64 << 20
/** What is that small is unpacked at once: for the many small files of an image a stream each costs more than all the rest. */
const smallPacked = 1 << 20

export interface SearchedContent {
  /** Bytes; infinite where nobody knows. */
  readonly size: number
  /** Its bytes from the beginning, in pieces that stay valid. May be asked twice. */
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Looks through one content; offsets are the content's. */
export interface Search<Found> {
  push(piece: Uint8Array): void
  end(): readonly Found[]
}

/** `members`: those of zip files and tars that lead to the content, outermost first. `head`: its first piece. */
export type BeginSearch<Found> = (
  members: readonly RootPath[],
  content: { readonly head: Uint8Array; readonly size: number },
) => Search<Found>

export type FoundInside<Found> = Found & { readonly members: readonly RootPath[] }

/** What is found in a content and in all that is packed in it; what is damaged is searched as far as it goes. */
export async function searchInside<Found extends { readonly offset: number }>(
  content: SearchedContent,
  begin: BeginSearch<Found>,
  giveTurn: () => Promise<void> | undefined,
): Promise<readonly FoundInside<Found>[]> {
  const found: FoundInside<Found>[] = []
  let left = unpackedLimit

  const look = async (
    { size, open }: SearchedContent,
    members: readonly RootPath[],
    depth: number,
  ): Promise<void> => {
    /** Where members stand that were looked at by themselves: what is found there was found in them. */
    const seen: { readonly from: number; readonly to: number }[] = []
    const lookAtMember = (path: RootPath, bytes: Uint8Array): Promise<void> =>
      look(wholeContent(bytes), [...members, path], depth + 1)
    let search: Search<Found> | undefined
    let packing: ReturnType<typeof packingOf>
    let kept: Uint8Array[] | undefined
    let length = 0
    let watch: ReturnType<typeof watchTar> | undefined
    for await (const piece of open()) {
      if (search === undefined) {
        search = begin(members, { head: piece, size })
        packing = depth < mostDepth ? packingOf(piece) : undefined
        if (packing === 'tar') watch = watchTar(memberLimit)
        else if (packing !== undefined) kept = []
      }
      search.push(piece)
      length += piece.length
      if (length > (packing === 'zip' ? zipLimit : smallPacked)) kept = undefined
      kept?.push(piece)
      for (const { path, from, bytes } of watch?.(piece) ?? []) {
        seen.push({ from, to: from + bytes.length })
        await lookAtMember(path, bytes)
      }
      await giveTurn()
    }
    if (packing === 'zip' && kept !== undefined)
      for (const { path, from, to, unpack } of zipMembers(joined(kept))) {
        if (left <= 0) break
        const bytes = unpack(Math.min(left, memberLimit))
        // what was given up has cost as much
        left -= Math.max(leastCost, bytes?.length ?? memberLimit)
        await giveTurn()
        if (bytes === undefined || bytes.length === 0) continue
        seen.push({ from, to })
        await lookAtMember(path, bytes)
      }
    if ((packing === 'gzip' || packing === 'zstd') && left > 0) {
      const kind = packing
      const limit = Math.min(left, memberLimit)
      const whole = kept === undefined ? undefined : unpackWhole(kind, joined(kept), limit)
      left -= whole?.bytes.length ?? 0
      if (whole !== undefined) seen.push({ from: 0, to: whole.packedSize })
      const stream = () => unpacked(kind, open())
      const within =
        whole === undefined ? { size: Number.POSITIVE_INFINITY, open: stream } : wholeContent(whole.bytes)
      await look(within, members, depth + 1)
    }
    for (const one of search?.end() ?? [])
      if (!seen.some(({ from, to }) => one.offset >= from && one.offset < to)) found.push({ ...one, members })
  }
  const unpacked = async function* (
    packing: 'gzip' | 'zstd',
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    const plain = decompress(packing, pieces)
    try {
      for (;;) {
        const next = await plain.next().catch(() => undefined)
        if (next === undefined || next.done || left <= 0) return
        left -= next.value.length
        yield next.value
      }
    } finally {
      await plain.return(undefined)
    }
  }
  await look(content, [], 0)
  return found
}

function wholeContent(bytes: Uint8Array): SearchedContent {
  return { size: bytes.length, open: () => [bytes] }
}

function joined(pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces
  if (pieces.length !== 1 || only === undefined) return Buffer.concat(pieces)
  return Buffer.from(only.buffer, only.byteOffset, only.length)
}
