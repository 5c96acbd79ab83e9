// A file's content as lines: text, bytes in hexadecimal, or what differs from the version of a layer below.
import { compareLines, type DifferenceLine, printSize } from '../../core/index.ts'
import type { NodeId, Version } from '../../engine/index.ts'
import { atTop, type Position } from './list.ts'

export type FileMode = 'text' | 'hex' | 'difference'

/** One version of a file, as far as it was read. */
export interface Content {
  readonly version: Version
  readonly bytes: Uint8Array
}

export interface FileScreen {
  readonly id: NodeId
  readonly path: string
  readonly mode: FileMode
  readonly at: Position
  /** Columns that are scrolled away on the left. */
  readonly left: number
  readonly content: Content | undefined
  /** The version that this one replaced; absent where there is none or it is no file. */
  readonly below: Content | undefined
  readonly lines: Lines
}

/** Made when they are asked for, where there may be very many. */
export interface Lines {
  readonly length: number
  at(row: number): DifferenceLine | undefined
}

/** Bytes of a file that are read and shown at the most. */
export const readLimit = 1 << 20

/** Bytes of binary files that are compared at the most. */
const hexCompareLimit = 128 << 10

export function openFile(id: NodeId, path: string, mode: FileMode): FileScreen {
  return { id, path, mode, at: atTop, left: 0, content: undefined, below: undefined, lines: [] }
}

export function fillFile(file: FileScreen, content: Content, below: Content | undefined): FileScreen {
  const mode = file.mode === 'text' && isBinary(content.bytes) ? 'hex' : file.mode
  return setMode({ ...file, content, below }, mode)
}

export function setMode(file: FileScreen, mode: FileMode): FileScreen {
  return { ...file, mode, at: atTop, left: 0, lines: linesOf(file, mode) }
}

function linesOf({ content, below }: FileScreen, mode: FileMode): Lines {
  if (content === undefined) return []
  const same = (text: string): DifferenceLine => ({ change: 'same', text })
  if (mode === 'hex') {
    const length = Math.ceil(content.bytes.length / 16)
    return { length, at: (row) => (row < length ? same(hexLine(content.bytes, row)) : undefined) }
  }
  if (mode === 'text') return textLines(content.bytes).map(same)
  const attributes = compareAttributes(below?.version, content.version)
  const binary = isBinary(content.bytes) || (below !== undefined && isBinary(below.bytes))
  const split = binary ? hexLines : textLines
  const head = [...attributes, ...(attributes.length === 0 ? [] : [same('')])]
  if (below !== undefined && sameContent(below, content)) return [...head, same('(the content is the same)')]
  const body = compareLines(below === undefined ? [] : split(below.bytes), split(content.bytes))
  const compared = binary ? hexCompareLimit : readLimit
  const cut = Math.max(content.version.size, below?.version.size ?? 0) > compared
  return [...head, ...body, ...(cut ? [same(`(no more than ${printSize(compared)} are compared)`)] : [])]
}

/** By the digests, since no more than the beginning of a large file is read. */
function sameContent(a: Content, b: Content): boolean {
  if (a.version.digest !== undefined && b.version.digest !== undefined)
    return a.version.digest === b.version.digest
  return Buffer.compare(a.bytes, b.bytes) === 0
}

/** A NUL byte in the beginning is what tells binary files (as git and GNU diff do). */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0)
}

function textLines(bytes: Uint8Array): string[] {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function hexLines(bytes: Uint8Array): string[] {
  const length = Math.ceil(Math.min(bytes.length, hexCompareLimit) / 16)
  return Array.from({ length }, (_, row) => hexLine(bytes, row))
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Sixteen bytes as `hexdump -C` prints them. */
function hexLine(bytes: Uint8Array, row: number): string {
  let [hex, text] = ['', '']
  for (let at = row * 16; at < row * 16 + 16; at++) {
    const byte = bytes[at]
    hex += at % 16 === 8 ? '  ' : ' '
    hex += byte === undefined ? '  ' : hexOf[byte]
    if (byte !== undefined) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
  }
  return `${(row * 16).toString(16).padStart(8, '0')} ${hex}  |${text}|`
}

/** What differs between two versions of a path besides the content, a line each. */
export function compareAttributes(before: Version | undefined, after: Version): readonly DifferenceLine[] {
  if (before === undefined) return [{ change: 'same', text: '(no layer below has this file)' }]
  const pairs: readonly (readonly [string, string, string])[] = [
    ['kind', before.kind, after.kind],
    ['size', String(before.size), String(after.size)],
    ['mode', octal(before.mode), octal(after.mode)],
    ['owner', `${before.uid}:${before.gid}`, `${after.uid}:${after.gid}`],
    ['time', new Date(before.mtime).toISOString(), new Date(after.mtime).toISOString()],
  ]
  return pairs.flatMap(([name, old, now]): DifferenceLine[] =>
    old === now
      ? []
      : [
          { change: 'removed', text: `${name} ${old}` },
          { change: 'added', text: `${name} ${now}` },
        ],
  )
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
