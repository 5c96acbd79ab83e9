// The parts of a key as bytes, so that a later miss can say what changed. They are written and read in pieces: a hundred thousand files
// are never one string. A piece is a 32-bit length and that many bytes of zstd, in it a line of JSON for each part.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { KeyPart } from './key.ts'

const pieceLength = 1 << 18

/** Recipes come from elsewhere, too: so many bytes are taken out of one piece, and of one recipe, and no more. */
const mostOfPiece = 16 << 20
const mostOfRecipe = 512 << 20

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
    lines += `${printPart(part)}\n`
    if (lines.length >= pieceLength) flush()
  }
  if (lines !== '') flush()
  return Buffer.concat(pieces)
}

/** The parts that `printRecipe` was given, as far as the bytes are undamaged. */
export function* parseRecipe(recipe: Uint8Array): Generator<KeyPart> {
  for (const line of recipeLines(recipe)) {
    const part = parsePart(line)
    if (part !== undefined) yield part
  }
}

/** Two lists of parts without the files that both have: what is the same is never taken apart. */
export function splitRecipe(
  recipe: Uint8Array,
  parts: readonly KeyPart[],
): { readonly before: readonly KeyPart[]; readonly after: readonly KeyPart[] } {
  const before: KeyPart[] = []
  const same = new Uint8Array(parts.length)
  let next = 0
  let rows: Map<string, number> | undefined
  for (const line of recipeLines(recipe)) {
    const expected = parts[next]
    if (expected?.kind === 'file' && printPart(expected) === line) {
      same[next++] = 1
      continue
    }
    const part = parsePart(line)
    if (part === undefined) continue
    if (part.kind !== 'file' || (expected?.kind === 'file' && expected.name === part.name)) {
      before.push(part)
      if (expected?.kind === part.kind && expected.name === part.name) next++
      continue
    }
    rows ??= new Map(parts.map((one, row) => [printPart(one), row]))
    const row = rows.get(line)
    if (row === undefined) before.push(part)
    else {
      same[row] = 1
      next = row + 1
    }
  }
  return { before, after: parts.filter((_, row) => same[row] === 0) }
}

function* recipeLines(recipe: Uint8Array): Generator<string> {
  const bytes = Buffer.from(recipe.buffer, recipe.byteOffset, recipe.length)
  try {
    for (let at = 0, taken = 0; at < bytes.length && taken <= mostOfRecipe; ) {
      const end = at + 4 + bytes.readUInt32LE(at)
      const piece = zstdDecompressSync(bytes.subarray(at + 4, end), { maxOutputLength: mostOfPiece })
      for (const line of piece.toString('utf8').split('\n')) if (line !== '') yield line
      taken += piece.length
      at = end
    }
  } catch {
    // damaged: an explanation is lost, no result
  }
}

/** A JSON array; put together from its texts, which costs half of printing it as one. */
function printPart(part: KeyPart): string {
  const quote = JSON.stringify
  if (part.kind === 'file')
    return `["file",${quote(part.name)},${quote(part.path)},${quote(part.state)},${quote(part.content)}]`
  const { kind, name, value } = part
  const label = kind === 'field' && part.label !== undefined ? `,${quote(part.label)}` : ''
  return `["${kind}",${quote(name)},${quote(value)}${label}]`
}

/** `undefined` for what is no part: the recipes of another version cost an explanation, too, and no result. */
function parsePart(line: string): KeyPart | undefined {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!Array.isArray(row) || !row.every((text) => typeof text === 'string')) return undefined
  const [kind, name, value, third, content] = row as readonly string[]
  if (name === undefined || value === undefined) return undefined
  if (kind === 'note') return { kind, name, value }
  if (kind === 'field') return { kind, name, value, label: third }
  if (kind !== 'file' || third === undefined || content === undefined) return undefined
  return { kind, name, path: value, state: third, content }
}
