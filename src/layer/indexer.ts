// One pass over a plain tar that gives its diff id, its index and the digest of every file in it.
import { createHash, type Hash, hash } from 'node:crypto'
import { asDiffId, type DiffId, digestOfHex } from '../core/index.ts'
import { createHoleDigest } from './holes.ts'
import type { RowInput } from './index-builder.ts'
import { createIndexBuilder } from './index-builder.ts'
import type { LayerIndex } from './layer-index.ts'
import { createTarReader } from './tar/reader.ts'
import { parseWhiteout } from './whiteout.ts'

export interface IndexedTar {
  readonly index: LayerIndex
  readonly diffId: DiffId
  /** Bytes of the tar. */
  readonly size: number
}

export interface Indexer {
  /** The next bytes; they are not kept. Faults with `tar.invalid` or `tar.unsupported`, after which the indexer is dead. */
  push(chunk: Uint8Array): void
  /** Faults if the tar is cut short. */
  end(): IndexedTar
}

export function createIndexer(): Indexer {
  const builder = createIndexBuilder()
  const whole = createHash('sha256')
  const holes = createHoleDigest()
  let size = 0
  let open: { row: RowInput; stored: number } | undefined
  let running: Hash | undefined
  let digest: Buffer | undefined

  const reader = createTarReader({
    member(member, content) {
      const { kind, path, meta, target } = member
      const marker = parseWhiteout(path)
      digest = undefined
      running = undefined
      // The root is a directory, whatever an archive with an empty name says.
      if (path === '/' && kind !== 'directory') open = undefined
      else if (marker !== undefined)
        open =
          marker.kind === 'ignored'
            ? undefined
            : { row: { kind: marker.kind, path: marker.path }, stored: -1 }
      else if (kind === 'file') {
        const { extents } = content
        open = {
          row: { kind, path, meta, a: content.size, b: content.offset, extents },
          stored: content.stored,
        }
        if (extents !== undefined) holes.open(extents, content.size)
      } else if (kind === 'char' || kind === 'block')
        open = { row: { kind, path, meta, a: member.minor, b: member.major }, stored: -1 }
      else if (kind === 'hardlink') open = { row: { kind, path, target: target ?? '' }, stored: -1 }
      else if (target !== undefined) open = { row: { kind, path, meta, target }, stored: -1 }
      else open = { row: { kind, path, meta }, stored: -1 }
    },
    data(piece) {
      if (open === undefined || open.stored < 0) return
      if (open.row.extents !== undefined) holes.push(piece)
      else if (running === undefined && piece.length === open.stored) digest = hash('sha256', piece, 'buffer')
      else {
        running ??= createHash('sha256')
        running.update(piece)
      }
    },
    close() {
      if (open === undefined) return
      const { row, stored } = open
      if (stored < 0) builder.add(row)
      else if (row.extents !== undefined) builder.add({ ...row, digest: holes.end() })
      else builder.add({ ...row, digest: digest ?? running?.digest() ?? emptyDigest })
    },
  })

  return {
    push(chunk) {
      whole.update(chunk)
      size += chunk.length
      reader.push(chunk)
    },
    end() {
      reader.end()
      const diffId = asDiffId(digestOfHex(whole.digest('hex')))
      return { index: builder.finish({ diffId, tarSize: size }), diffId, size }
    },
  }
}

const emptyDigest = createHash('sha256').digest()
