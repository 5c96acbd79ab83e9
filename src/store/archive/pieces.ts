// What an archive holds, by name. A stream is taken apart in one pass: whatever looks like a layer is taken as one at once, since
// which names are layers is known only from the manifest, which may come last; small things are kept in memory.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  type Context,
  type Descriptor,
  type DiffId,
  type Digest,
  digestOfHex,
  Fault,
  isFault,
} from '../../core/index.ts'
import { decompress, detectCompression, headSize, isTarHead } from '../../layer/index.ts'
import { readFileStream, withHead } from '../stream.ts'
import type { ExpectedLayer } from '../types.ts'
import { readMembers } from './tar-members.ts'

export interface Pieces<Layer> {
  has(name: string): boolean
  /** A document; `undefined` where there is none. */
  bytes(name: string): Uint8Array | undefined
  /** The layer of that name; faults with `archive.invalid` where it is missing or not as expected. */
  layer(name: string, expected: ExpectedLayer): Promise<Layer>
}

/** What becomes of layers. */
export interface LayerTaker<Layer> {
  /** The layer in a blob that need not be read. */
  find(digest: Digest): Layer | undefined
  /** Reads the whole stream; faults as reading layers does. */
  take(found: FoundLayer): Promise<Layer>
}

/** A layer as it comes. `path` is the file that holds its bytes, from `at` on, where there is one that can be read again. */
export interface FoundLayer {
  readonly name: string
  readonly size: number
  readonly stream: AsyncIterable<Uint8Array>
  readonly file?: { readonly path: string; readonly at: number } | undefined
}

/** What all layers know of themselves. */
interface LayerFacts {
  readonly diffId: DiffId
  /** Of the bytes as they came. */
  readonly descriptor: Descriptor
}

const documentLimit = 16 << 20
const memoryLimit = 128 << 20
/** What a name costs in memory, its content aside. */
const nameCost = 200
const linkLimit = 16

type Piece<Layer> =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'layer'; readonly layer: Layer }
  | { readonly kind: 'broken'; readonly fault: Fault }
  | { readonly kind: 'link'; readonly target: string }

/** Opens an archive or a layout directory by its path, or an archive that comes as a stream; either may be compressed as a whole. */
export async function openPieces<Layer extends LayerFacts>(
  source: string | AsyncIterable<Uint8Array>,
  taker: LayerTaker<Layer>,
  ctx: Context,
): Promise<Pieces<Layer>> {
  if (typeof source !== 'string')
    return readPieces((await plainStream(source)).stream, undefined, { taker, ctx })
  const stat = statSync(source, { throwIfNoEntry: false })
  if (stat === undefined) throw new Fault('archive.invalid', `there is no file ${source}`)
  if (stat.isDirectory()) return openDirectoryPieces(source, taker)
  const { stream, kind } = await plainStream(readFileStream(source))
  return readPieces(stream, kind === 'plain' ? source : undefined, { taker, ctx })
}

/** The stream without the compression it may have as a whole. */
export async function plainStream(source: AsyncIterable<Uint8Array>): Promise<{
  readonly kind: ReturnType<typeof detectCompression>
  readonly stream: AsyncIterable<Uint8Array>
}> {
  const { head, whole } = await withHead(source, headSize)
  const kind = detectCompression(head)
  return { kind, stream: kind === 'plain' ? whole : decompress(kind, whole) }
}

/** Takes a whole tar apart. `file`: where it lies, byte for byte. */
async function readPieces<Layer extends LayerFacts>(
  stream: AsyncIterable<Uint8Array>,
  file: string | undefined,
  { taker, ctx }: { readonly taker: LayerTaker<Layer>; readonly ctx: Context },
): Promise<Pieces<Layer>> {
  const pieces = new Map<string, Piece<Layer>>()
  let kept = 0
  const keep = (bytes: number): void => {
    kept += bytes
    if (kept > memoryLimit)
      throw new Fault('archive.invalid', 'the archive holds too many documents for an image')
  }
  for await (const member of readMembers(stream)) {
    ctx.signal.throwIfAborted()
    const { name, size } = member
    keep(nameCost + name.length + (member.target?.length ?? 0))
    if (member.kind === 'link') pieces.set(name, { kind: 'link', target: member.target! })
    if (member.kind !== 'file') continue
    const known = knownLayer(taker, name)
    if (known !== undefined) {
      pieces.set(name, { kind: 'layer', layer: known })
      continue
    }
    const { head, whole } = await withHead(member.content, 512)
    if (looksLikeLayer(head)) {
      const place = file === undefined ? undefined : { path: file, at: member.at }
      pieces.set(name, await takeLayer(taker, { name, size, stream: whole, file: place }))
      continue
    }
    if (size > documentLimit) continue
    const bytes = await gather(whole)
    keep(bytes.length)
    pieces.set(name, { kind: 'bytes', bytes })
  }
  return piecesOf(pieces)
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function piecesOf<Layer extends LayerFacts>(pieces: ReadonlyMap<string, Piece<Layer>>): Pieces<Layer> {
  const find = (name: string, depth = 0): Piece<Layer> | undefined => {
    const piece = pieces.get(name)
    if (piece?.kind !== 'link') return piece
    if (depth > linkLimit)
      throw new Fault('archive.invalid', `the archive's ${name} is a link that leads nowhere`)
    return find(piece.target, depth + 1)
  }
  return {
    has: (name) => find(name) !== undefined,
    bytes(name) {
      const piece = find(name)
      return piece?.kind === 'bytes' ? piece.bytes : undefined
    },
    async layer(name, expected) {
      const piece = find(name)
      if (piece === undefined)
        throw new Fault('archive.invalid', `the archive lacks ${describe(name, expected)}`)
      if (piece.kind === 'bytes')
        throw new Fault('archive.invalid', `the archive's ${describe(name, expected)} is not a tar`)
      if (piece.kind !== 'layer')
        throw new Fault('archive.invalid', `the archive's ${describe(name, expected)} is damaged`, {
          cause: piece.kind === 'broken' ? piece.fault : undefined,
          hint: piece.kind === 'broken' ? piece.fault.message : undefined,
        })
      const { layer } = piece
      check(name, expected, layer)
      return layer
    },
  }
}

/** An image layout that lies open in a directory: read only where asked for. */
export function openDirectoryPieces<Layer extends LayerFacts>(
  directory: string,
  taker: LayerTaker<Layer>,
): Pieces<Layer> {
  const pathOf = (name: string) => path.join(directory, path.join('/', name))
  const take = (name: string): Promise<Layer> => {
    const file = pathOf(name)
    const stream = createReadStream(file, { highWaterMark: 1 << 20 })
    return taker.take({ name, size: statSync(file).size, stream, file: { path: file, at: 0 } })
  }
  return {
    has: (name) => existsSync(pathOf(name)),
    bytes(name) {
      const stat = statSync(pathOf(name), { throwIfNoEntry: false })
      if (stat === undefined || !stat.isFile() || stat.size > documentLimit) return undefined
      return readFileSync(pathOf(name))
    },
    async layer(name, expected) {
      const known = knownLayer(taker, name)
      if (known === undefined && statSync(pathOf(name), { throwIfNoEntry: false })?.isFile() !== true)
        throw new Fault('archive.invalid', `${directory} lacks ${describe(name, expected)}`)
      try {
        const layer = known ?? (await take(name))
        check(name, expected, layer)
        return layer
      } catch (thrown) {
        if (isFault(thrown) && thrown.code !== 'archive.invalid' && thrown.kind === 'corrupt')
          throw new Fault('archive.invalid', `${directory}: ${describe(name, expected)}: ${thrown.message}`, {
            cause: thrown,
          })
        throw thrown
      }
    },
  }
}

/** A blob's name is its digest: what is known already need not be read again. */
function knownLayer<Layer>(taker: LayerTaker<Layer>, name: string): Layer | undefined {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1]
  return hex === undefined ? undefined : taker.find(digestOfHex(hex))
}

function looksLikeLayer(head: Uint8Array): boolean {
  const gzip = head[0] === 0x1f && head[1] === 0x8b
  const zstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  const empty = head.length === 512 && head.every((byte) => byte === 0)
  return gzip || zstd || empty || isTarHead(head)
}

async function takeLayer<Layer>(taker: LayerTaker<Layer>, found: FoundLayer): Promise<Piece<Layer>> {
  try {
    return { kind: 'layer', layer: await taker.take(found) }
  } catch (thrown) {
    // Whether it matters is known when the manifest names it; a cut of the archive itself matters at once.
    if (isFault(thrown) && thrown.kind === 'corrupt' && thrown.code !== 'archive.invalid')
      return { kind: 'broken', fault: thrown }
    throw thrown
  }
}

function describe(name: string, expected: ExpectedLayer): string {
  return expected.name === undefined ? name : `${expected.name} (${name})`
}

function check(name: string, expected: ExpectedLayer, layer: LayerFacts): void {
  const differs = (what: string, wanted: string | number, got: string | number) =>
    new Fault(
      'archive.invalid',
      `the archive's ${describe(name, expected)} has the ${what} ${got}, ${wanted} was promised`,
    )
  if (expected.diffId !== undefined && expected.diffId !== layer.diffId)
    throw differs('diff id', expected.diffId, layer.diffId)
  if (expected.digest !== undefined && expected.digest !== layer.descriptor.digest)
    throw differs('digest', expected.digest, layer.descriptor.digest)
  if (expected.size !== undefined && expected.size !== layer.descriptor.size)
    throw differs('size', expected.size, layer.descriptor.size)
}
