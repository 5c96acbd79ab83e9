// The parts of a key as bytes, so that a later miss can say what changed. They are written and read in pieces: a hundred thousand files
// are never one string. A piece is a 32-bit length and that many bytes of zstd, in it a line of JSON for each part.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { KeyPart } from './key.ts'

const pieceLength = 1 << 18

export function printRecipe(parts: readonly KeyPart[]): Uint8Array {
  const pieces: Uint8Array[] = []
  let lines = ''
  const flush = (): void => {
    const piece = zstdCompressSync(lines, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    const length = Buffer.alloc(4)
    length.writeUInt32LE(piece.length)
    pieces.push(length, piece)
    lines = ''
  }
  for (const part of parts) {
    lines += `${JSON.stringify(rowOf(part))}\n`
    if (lines.length >= pieceLength) flush()
  }
  if (lines !== '') flush()
  return Buffer.concat(pieces)
}

/** The parts that `printRecipe` was given, as far as the bytes are undamaged. */
export function* parseRecipe(recipe: Uint8Array): Generator<KeyPart> {
  const bytes = Buffer.from(recipe.buffer, recipe.byteOffset, recipe.length)
  try {
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + bytes.readUInt32LE(at)
      const lines = zstdDecompressSync(bytes.subarray(at + 4, end))
        .toString('utf8')
        .split('\n')
      for (const line of lines) if (line !== '') yield parseRow(JSON.parse(line) as Row)
      at = end
    }
  } catch {
    // damaged: an explanation is lost, no result
  }
}

type Row = readonly [kind: string, name: string, value: string, ...more: string[]]

function rowOf(part: KeyPart): Row {
  if (part.kind === 'file') return ['file', part.name, part.path, part.state, part.content]
  const { kind, name, value } = part
  return kind === 'field' && part.label !== undefined ? [kind, name, value, part.label] : [kind, name, value]
}

function parseRow([kind, name, value, ...more]: Row): KeyPart {
  if (kind === 'note') return { kind, name, value }
  const [third, content] = more
  return kind === 'file'
    ? { kind, name, path: value, state: third ?? '', content: content ?? '' }
    : { kind: 'field', name, value, label: third }
}
