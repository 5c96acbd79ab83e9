// Writes entries as a layer: tar, diff id and index in one pass. The tar is a function of the entries and their content alone.
import { createHash, type Hash, hash } from 'node:crypto'
import { asDiffId, comparePaths, digestOfHex, Fault, type RootPath } from '../core/index.ts'
import { type EarlierLayer, openRepeats, type Run } from './earlier.ts'
import type { Entry, FileEntry, Meta } from './entry.ts'
import { headerOf } from './entry-header.ts'
import { createIndexBuilder, type RowInput } from './index-builder.ts'
import type { IndexedTar } from './indexer.ts'
import type { LayerIndex } from './layer-index.ts'
import { blockSize } from './tar/header.ts'
import { type HeaderInput, headerRoom, writeHeader } from './tar/writer.ts'
import { isReservedName } from './whiteout.ts'

/** Yields exactly `file.size` bytes of a file; faults if the file shrank or grew. Pieces may be reused once the next is asked for. */
export type ContentReader = (file: FileEntry) => Iterable<Uint8Array>

export interface PackPort {
  readonly read: ContentReader
  /** A layer packed before: what it holds byte for byte as this one is to have it is copied. */
  readonly earlier?: EarlierLayer | undefined
  /** Must be done with the chunk when it returns: the buffer is used again. Chunks have 256 KiB or more, but for the last. */
  write(chunk: Uint8Array): void
}

const bufferSize = 1024 * 1024
const flushAt = 256 * 1024
const pause = { bytes: 2 * 1024 * 1024, entries: 500 } as const

/**
 * Packs entries that come sorted by `comparePaths` (at one path whiteout, node, opaque mark; targets of hard links before the links)
 * and yields now and then so that the caller can let other work run. Faults with `internal` on any other order and on content
 * of another size than stated, and with `path.invalid` on a name that layers cannot hold.
 */
export function* packLayer(entries: Iterable<Entry>, port: PackPort): Generator<void, IndexedTar> {
  const builder = createIndexBuilder()
  const whole = createHash('sha256')
  const buffer = Buffer.allocUnsafe(bufferSize)
  let [used, flushed, paused, sincePause] = [0, 0, 0, 0]
  let last: Entry | undefined

  const send = (chunk: Uint8Array): void => {
    whole.update(chunk)
    port.write(chunk)
    flushed += chunk.length
  }
  const flush = (): void => {
    if (used > 0) send(buffer.subarray(0, used))
    used = 0
  }
  const put = (bytes: Uint8Array): void => {
    if (bytes.length >= flushAt && used >= flushAt) flush()
    for (let from = 0; from < bytes.length; ) {
      if (used === 0 && bytes.length - from >= bufferSize) {
        send(bytes.subarray(from))
        return
      }
      const take = Math.min(bytes.length - from, bufferSize - used)
      buffer.set(from === 0 && take === bytes.length ? bytes : bytes.subarray(from, from + take), used)
      used += take
      from += take
      if (used === bufferSize) flush()
    }
  }
  const pad = (length: number): void => {
    if (used + length > bufferSize) flush()
    buffer.fill(0, used, used + length)
    used += length
  }
  const putHeader = (input: HeaderInput): void => {
    const room = headerRoom(input)
    if (room > bufferSize) {
      const own = Buffer.alloc(room)
      put(own.subarray(0, writeHeader(own, 0, input)))
      return
    }
    if (used + room > bufferSize) flush()
    used = writeHeader(buffer, used, input)
  }
  /** Gives the digest; content of a file of this machine is hashed even where its digest is known, since it may have changed. */
  const putContent = (file: FileEntry): Buffer => {
    const known = file.digest?.startsWith('sha256:') ? Buffer.from(file.digest.slice(7), 'hex') : undefined
    const trusted = file.content.in === 'host' ? undefined : known
    let size = 0
    let digest = trusted
    let running: Hash | undefined
    for (const piece of file.size === 0 ? [] : port.read(file)) {
      size += piece.length
      if (size > file.size) break
      if (trusted === undefined) {
        if (piece.length === file.size) digest = hash('sha256', piece, 'buffer')
        else if (piece.length > 0) running = (running ?? createHash('sha256')).update(piece)
      }
      put(piece)
    }
    if (size !== file.size)
      throw new Fault(
        'internal',
        `${file.path} was to have ${file.size} bytes and its reader gave ${size} or more`,
      )
    digest ??= (running ?? createHash('sha256')).digest()
    if (known !== undefined && !digest.equals(known))
      throw new Fault('context.unreadable', `${file.path} changed while it was copied`, {
        hint: 'build again',
      })
    return digest
  }

  const repeats = port.earlier === undefined ? undefined : openRepeats(port.earlier)
  const linkable = new Map<RootPath, Meta>()
  const linked = (target: RootPath): Meta | undefined => linkable.get(target) ?? repeats?.linked(target)
  const isTurnOver = (): boolean => {
    if (++sincePause < pause.entries && flushed + used - paused < pause.bytes) return false
    sincePause = 0
    paused = flushed + used
    return true
  }
  const copyRun = function* (run: Run): Generator<void> {
    checkOrder(last, run.first)
    last = run.last
    builder.addRows(run.columns, { from: run.from, to: run.to, shift: flushed + used - run.start })
    for (const piece of port.earlier?.read(run.start, run.end) ?? []) {
      put(piece)
      if (isTurnOver()) yield
    }
  }
  for (const entry of repeats?.fold(entries) ?? entries) {
    if (entry.kind === 'run') {
      yield* copyRun(entry)
      continue
    }
    checkOrder(last, entry)
    last = entry
    if ('meta' in entry && entry.kind !== 'directory') linkable.set(entry.path, entry.meta)
    putHeader(headerOf(entry, linked))
    if (entry.kind === 'file') {
      const offset = flushed + used
      const digest = putContent(entry)
      builder.add({ kind: 'file', path: entry.path, meta: entry.meta, a: entry.size, b: offset, digest })
      pad((blockSize - (entry.size % blockSize)) % blockSize)
    } else builder.add(rowOf(entry))
    if (used >= bufferSize - flushAt) flush()
    if (isTurnOver()) yield
  }
  pad(2 * blockSize)
  flush()
  const diffId = asDiffId(digestOfHex(whole.digest('hex')))
  const index = builder.finish({ diffId, tarSize: flushed })
  checkLinkOrder(index)
  return { index, diffId, size: flushed }
}

function checkLinkOrder(index: LayerIndex): void {
  for (let row = 0; row < index.length; row++) {
    if (index.kindOf(row) !== 'hardlink') continue
    const entry = index.at(row)
    if (entry.kind === 'hardlink' && index.find(entry.target) > row)
      throw new Fault('internal', `the hard link ${entry.path} comes before its target ${entry.target}`)
  }
}

function rowOf(entry: Exclude<Entry, FileEntry>): RowInput {
  if (entry.kind !== 'device') return entry
  return { kind: entry.device, path: entry.path, meta: entry.meta, a: entry.minor, b: entry.major }
}

function place(entry: Entry): number {
  return entry.kind === 'whiteout' ? 0 : entry.kind === 'opaque' ? 2 : 1
}

function checkOrder(last: Entry | undefined, entry: Entry): void {
  const { path } = entry
  if (isReservedName(path))
    throw new Fault(
      'path.invalid',
      `${path}: a layer cannot hold this name, since layers mark deletions with names of its kind`,
    )
  if (path === '/' && entry.kind !== 'directory' && entry.kind !== 'opaque')
    throw new Fault('internal', `the root of a layer cannot be a ${entry.kind}`)
  if (entry.kind === 'hardlink' && comparePaths(entry.target, path) === 0)
    throw new Fault('internal', `${path} is a hard link to itself`)
  if (last === undefined) return
  const order = comparePaths(last.path, path) || place(last) - place(entry)
  if (order >= 0)
    throw new Fault('internal', `the entries of a layer are out of order: ${path} after ${last.path}`)
  if (last.kind !== 'directory' && place(last) === 1 && path.startsWith(`${last.path}/`))
    throw new Fault('internal', `${path} is below ${last.path}, which is no directory`)
}
