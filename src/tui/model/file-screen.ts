// A file's content as lines: text, bytes in hexadecimal, or what differs from the version of a layer below.
import type { NodeId, Version } from '../../engine/index.ts'
import { compareLines, type DifferenceLine } from './line-difference.ts'
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
  readonly lines: readonly DifferenceLine[]
}

/** Bytes of a file that are read and shown at the most. */
export const readLimit = 4 << 20

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

function linesOf({ content, below }: FileScreen, mode: FileMode): readonly DifferenceLine[] {
  if (content === undefined) return []
  const same = (text: string): DifferenceLine => ({ change: 'same', text })
  if (mode === 'hex') return hexLines(content.bytes).map(same)
  if (mode === 'text') return textLines(content.bytes).map(same)
  const attributes = compareAttributes(below?.version, content.version)
  const binary = isBinary(content.bytes) || (below !== undefined && isBinary(below.bytes))
  const split = binary ? hexLines : textLines
  const body =
    below !== undefined && Buffer.compare(below.bytes, content.bytes) === 0
      ? [same('(the content is the same)')]
      : compareLines(below === undefined ? [] : split(below.bytes), split(content.bytes))
  return [...attributes, ...(attributes.length === 0 ? [] : [same('')]), ...body]
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
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'))
    const halves = `${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}`
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${halves}  |${text}|`)
  }
  return lines
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
