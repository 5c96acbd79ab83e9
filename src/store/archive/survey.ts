// Looks into an archive without storing anything: the images in it, with the indexes of their layers, in one pass. Files are read
// later out of the archive itself where a layer lies plain in it, else out of a plain copy of the layer that is made then.
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  asFault,
  type Context,
  type Descriptor,
  type DiffId,
  type Digest,
  digestOfHex,
  Fault,
  mediaTypes,
} from '../../core/index.ts'
import { createIndexer, decompress, detectCompression, headSize, type LayerIndex } from '../../layer/index.ts'
import type { OpenTar } from '../content.ts'
import { readFileStream, withHead } from '../stream.ts'
import { openTemp } from '../temp.ts'
import { type FoundImage, readImages } from './images.ts'
import { type FoundLayer, openPieces, plainStream } from './pieces.ts'
import { readMembers } from './tar-members.ts'

/** A path, or a function that begins the stream; where it can't begin again, files of compressed layers can't be read later. */
export type ArchiveSource =
  | string
  | { readonly once: AsyncIterable<Uint8Array> }
  | (() => Promise<AsyncIterable<Uint8Array>>)

export interface SurveyedLayer {
  readonly diffId: DiffId
  readonly index: LayerIndex
  /** Of the bytes as they came. */
  readonly descriptor: Descriptor
  /** What the archive calls it. */
  readonly name: string
  /** Opens the plain tar; the file is the caller's to close. Faults with `archive.unread` where the bytes went by for good. */
  open(ctx: Context): Promise<OpenTar>
}

/** All images of an archive, or of a layout directory. Faults with `archive.invalid`. */
export async function surveyArchive(
  source: ArchiveSource,
  ctx: Context,
): Promise<readonly FoundImage<SurveyedLayer>[]> {
  const first =
    typeof source === 'string' ? source : typeof source === 'function' ? await source() : source.once
  const take = (found: FoundLayer): Promise<SurveyedLayer> =>
    surveyLayer(found, () => memberAgain(source, found), ctx)
  return readImages(await openPieces(first, { find: () => undefined, take }, ctx))
}

const mediaTypeOf = {
  plain: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
} as const

/** Indexes a layer as it comes by, as a task of its own; `again` gives its bytes once more, as they came. */
export async function surveyLayer(
  found: FoundLayer,
  again: () => AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<SurveyedLayer> {
  const task = `survey ${found.name}`
  ctx.emit({ type: 'began', task, name: `read ${shorten(found.name)}`, at: Date.now() })
  try {
    const layer = await indexLayer(found, again, ctx)
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now(), size: layer.index.contentSize })
    return layer
  } catch (thrown) {
    const outcome = ctx.signal.aborted ? 'cancelled' : 'failed'
    ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message: asFault(thrown).message })
    throw thrown
  }
}

/** `blobs/sha256/0123456789abcdef…` → `blobs/sha256/0123456789ab`. */
function shorten(name: string): string {
  return name.replace(/([0-9a-f]{12})[0-9a-f]{52}/, '$1')
}

async function indexLayer(
  { name, size, stream, file }: FoundLayer,
  again: () => AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<SurveyedLayer> {
  const { head, whole } = await withHead(stream, headSize)
  const kind = detectCompression(head)
  if (kind === 'bzip2' || kind === 'xz')
    throw new Fault('compression.unsupported', `${name} is compressed with ${kind}, which Peel cannot read`)
  const indexer = createIndexer()
  const hash = createHash('sha256')
  const arriving = async function* () {
    for await (const chunk of whole) {
      hash.update(chunk)
      yield chunk
    }
  }
  for await (const chunk of kind === 'plain' ? whole : decompress(kind, arriving())) {
    ctx.signal.throwIfAborted()
    indexer.push(chunk)
  }
  const { index, diffId } = indexer.end()
  const digest = kind === 'plain' ? (diffId as string as Digest) : digestOfHex(hash.digest('hex'))
  return {
    diffId,
    index,
    descriptor: { mediaType: mediaTypeOf[kind], digest, size },
    name,
    async open(ctx) {
      if (file !== undefined && kind === 'plain') return { fd: openSync(file.path, 'r'), at: file.at }
      return spool(kind === 'plain' ? again() : decompress(kind, again()), ctx)
    },
  }
}

/** The bytes of a layer once more, as the archive has them. */
async function* memberAgain(
  source: ArchiveSource,
  { name, size, file }: FoundLayer,
): AsyncGenerator<Uint8Array> {
  if (file !== undefined) {
    const end = file.at + size - 1
    yield* createReadStream(file.path, { start: file.at, end, highWaterMark: 1 << 20 })
    return
  }
  if (typeof source === 'object')
    throw new Fault('archive.unread', `the content of ${name} came by once and was not kept`, {
      hint: 'Save the archive to a file and give its path.',
    })
  const { stream } = await plainStream(typeof source === 'string' ? readFileStream(source) : await source())
  for await (const member of readMembers(stream))
    if (member.name === name) {
      yield* member.content
      return
    }
  throw new Fault('archive.invalid', `the archive no longer holds ${name}`)
}

/** A plain copy in a file without a name, which is gone when it is closed. */
async function spool(stream: AsyncIterable<Uint8Array>, ctx: Context): Promise<OpenTar> {
  const directory = mkdtempSync(path.join(tmpdir(), 'peel-'))
  try {
    using file = openTemp(directory)
    for await (const chunk of stream) {
      ctx.signal.throwIfAborted()
      file.write(chunk)
    }
    file.finish('cached')
    return { fd: openSync(file.path, 'r'), at: 0 }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
