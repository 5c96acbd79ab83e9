// What an archive holds, by name. A stream is taken apart in one pass: whatever looks like a layer is stored as one at once, since
// which names are layers is known only from the manifest, which may come last; small things are kept in memory.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Context, type Digest, digestOfHex, Fault, isFault } from '../../core/index.ts'
import { isTarHead } from '../../layer/index.ts'
import { withHead } from '../stream.ts'
import type { ExpectedLayer, IngestedLayer, Lease, Store } from '../types.ts'
import { readMembers } from './tar-members.ts'

export interface Pieces {
  has(name: string): boolean
  /** A document; `undefined` where there is none. */
  bytes(name: string): Uint8Array | undefined
  /** Stores the layer of that name; faults with `archive.invalid` where it is missing or not as expected. */
  layer(name: string, expected: ExpectedLayer): Promise<IngestedLayer>
}

/** Where layers go, and the lease that keeps those that are there already. */
export interface Target {
  readonly store: Store
  readonly lease: Lease
}

const documentLimit = 16 << 20
const memoryLimit = 128 << 20
const linkLimit = 16

type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'layer'; readonly layer: IngestedLayer }
  | { readonly kind: 'broken'; readonly fault: Fault }
  | { readonly kind: 'link'; readonly target: string }

/** Takes a whole tar apart. */
export async function readPieces(
  into: Target,
  stream: AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<Pieces> {
  const pieces = new Map<string, Piece>()
  let kept = 0
  for await (const member of readMembers(stream)) {
    ctx.signal.throwIfAborted()
    if (member.kind === 'link') pieces.set(member.name, { kind: 'link', target: member.target! })
    if (member.kind !== 'file') continue
    const stored = storedLayer(into, member.name)
    if (stored !== undefined) {
      pieces.set(member.name, { kind: 'layer', layer: stored })
      continue
    }
    const { head, whole } = await withHead(member.content, 512)
    if (looksLikeLayer(head)) {
      pieces.set(member.name, await takeLayer(into.store, whole, ctx))
      continue
    }
    if (member.size > documentLimit) continue
    const bytes = await gather(whole)
    kept += bytes.length
    if (kept > memoryLimit)
      throw new Fault('archive.invalid', 'the archive holds too many documents for an image')
    pieces.set(member.name, { kind: 'bytes', bytes })
  }
  return openPieces(pieces)
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function openPieces(pieces: ReadonlyMap<string, Piece>): Pieces {
  const find = (name: string, depth = 0): Piece | undefined => {
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
export function openDirectoryPieces(into: Target, directory: string, ctx: Context): Pieces {
  const pathOf = (name: string) => path.join(directory, path.join('/', name))
  return {
    has: (name) => existsSync(pathOf(name)),
    bytes(name) {
      const stat = statSync(pathOf(name), { throwIfNoEntry: false })
      if (stat === undefined || !stat.isFile() || stat.size > documentLimit) return undefined
      return readFileSync(pathOf(name))
    },
    async layer(name, expected) {
      const stored = storedLayer(into, name)
      if (stored === undefined && !existsSync(pathOf(name)))
        throw new Fault('archive.invalid', `${directory} lacks ${describe(name, expected)}`)
      try {
        const layer =
          stored ??
          (await into.store.layers.ingest(
            createReadStream(pathOf(name), { highWaterMark: 1 << 20 }),
            {},
            ctx,
          ))
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

/** A blob's name is its digest: what the store has already need not be read again. */
function storedLayer({ store, lease }: Target, name: string): IngestedLayer | undefined {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1]
  if (hex === undefined) return undefined
  const digest: Digest = digestOfHex(hex)
  const diffId = store.layers.ofBlob(digest)
  if (diffId === undefined) return undefined
  if (lease.hold([digest, diffId]).length > 0) return undefined
  const layer = store.layers.get(diffId)
  return { ...layer, descriptor: { mediaType: '', digest, size: store.blobs.size(digest) } }
}

function looksLikeLayer(head: Uint8Array): boolean {
  const gzip = head[0] === 0x1f && head[1] === 0x8b
  const zstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  const empty = head.length === 512 && head.every((byte) => byte === 0)
  return gzip || zstd || empty || isTarHead(head)
}

async function takeLayer(store: Store, stream: AsyncIterable<Uint8Array>, ctx: Context): Promise<Piece> {
  try {
    return { kind: 'layer', layer: await store.layers.ingest(stream, {}, ctx) }
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

function check(name: string, expected: ExpectedLayer, layer: IngestedLayer): void {
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
