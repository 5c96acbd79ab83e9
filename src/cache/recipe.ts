// The parts of a key as bytes, so that a later miss can say what changed. They are written and read in pieces: a hundred thousand files
// are never one string. A piece is a 32-bit length and that many bytes of zstd, in it a line of JSON for each part.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { KeyPart } from './key.ts'

/** A piece has at most so much text, but for a single longer line. */
const longestPiece = 1 << 18
/** With so much it may end after a line of some: pieces that begin differently soon go on alike. */
const shortestPiece = 1 << 16

/** Recipes come from elsewhere, too: so many bytes are taken out of one piece, and of one recipe, and no more. */
const mostOfPiece = 16 << 20
const mostOfRecipe = 512 << 20

/** What is no file comes first, in a piece of its own; else the order is kept. */
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
  for (const part of parts) if (part.kind !== 'file') lines += `${printPart(part)}\n`
  flush()
  for (const part of parts) {
    if (part.kind !== 'file') continue
    lines += `${printPart(part)}\n`
    if (lines.length >= longestPiece || (lines.length >= shortestPiece && isLast(part.content))) flush()
  }
  if (lines !== '') flush()
  return Buffer.concat(pieces)
}

/** Whether a digest's last byte is below 8, as that of one in 32 is. */
function isLast(content: string): boolean {
  return content.charCodeAt(content.length - 2) === zero && content.charCodeAt(content.length - 1) < eight
}

const zero = 0x30
const eight = 0x38

/** The parts that `printRecipe` was given, as far as the bytes are undamaged. */
export function* parseRecipe(recipe: Uint8Array): Generator<KeyPart> {
  yield* parse(linesIn(split(recipe)))
}

/** The parts of two recipes without the files that both have: a piece that both have is never taken apart. */
export function splitRecipes(
  before: Uint8Array,
  after: Uint8Array,
): { readonly before: KeyPart[]; readonly after: KeyPart[] } {
  const [[ownBefore, ...filesBefore], [ownAfter, ...filesAfter]] = [split(before), split(after)]
  const known = new Set(filesBefore.map(bytesText))
  const shared = new Set(filesAfter.map(bytesText).filter((text) => known.has(text)))
  const linesOfFiles = (pieces: readonly Buffer[]): Set<string> =>
    new Set(linesIn(pieces.filter((piece) => !shared.has(bytesText(piece)))))
  const [linesBefore, linesAfter] = [linesOfFiles(filesBefore), linesOfFiles(filesAfter)]
  const partsOf = (own: Buffer | undefined, files: ReadonlySet<string>): KeyPart[] => [
    ...parse(linesIn(own === undefined ? [] : [own])),
    ...parse(files),
  ]
  return {
    before: partsOf(ownBefore, linesBefore.difference(linesAfter)),
    after: partsOf(ownAfter, linesAfter.difference(linesBefore)),
  }
}

function bytesText(piece: Buffer): string {
  return piece.toString('latin1')
}

/** The pieces, compressed, as far as they are whole. */
function split(recipe: Uint8Array): Buffer[] {
  const bytes = Buffer.from(recipe.buffer, recipe.byteOffset, recipe.length)
  const pieces: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at)
    if (end <= bytes.length) pieces.push(bytes.subarray(at + 4, end))
    at = end
  }
  return pieces
}

function* linesIn(pieces: readonly Buffer[]): Generator<string> {
  let taken = 0
  try {
    for (const piece of pieces) {
      if (taken > mostOfRecipe) return
      const text = zstdDecompressSync(piece, { maxOutputLength: mostOfPiece })
      taken += text.length
      for (const line of text.toString('utf8').split('\n')) if (line !== '') yield line
    }
  } catch {
    // damaged: an explanation is lost, no result
  }
}

function* parse(lines: Iterable<string>): Generator<KeyPart> {
  for (const line of lines) {
    const part = parsePart(line)
    if (part !== undefined) yield part
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
