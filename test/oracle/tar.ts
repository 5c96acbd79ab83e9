// A tar reader of its own for the oracle: none of Peel's rooms has a hand in judging what Peel wrote. It knows what docker writes:
// ustar, PAX records, GNU long names and base-256 numbers.
import { createHash } from 'node:crypto'

export type Kind = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo'

export interface Member {
  /** As written, without `./` before and `/` behind. */
  readonly name: string
  readonly kind: Kind
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly target: string
  readonly device: string | undefined
  /** Values in hexadecimal. */
  readonly xattrs: Readonly<Record<string, string>>
  readonly content: Buffer
}

const kinds: Readonly<Record<string, Kind>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}

export function* readTar(bytes: Buffer): Generator<Member> {
  let pax = new Map<string, Buffer>()
  let longName: string | undefined
  let longTarget: string | undefined
  for (let at = 0; at + 512 <= bytes.length; ) {
    const head = bytes.subarray(at, at + 512)
    at += 512
    if (head.every((byte) => byte === 0)) return
    const flag = String.fromCharCode(head[156]!)
    const size = Number(pax.get('size')?.toString() ?? number(head, 124, 12))
    const content = bytes.subarray(at, at + (flag === '1' || flag === '2' || flag === '5' ? 0 : size))
    at += Math.ceil(content.length / 512) * 512
    if (flag === 'x') pax = records(content)
    else if (flag === 'L') longName = text(content)
    else if (flag === 'K') longTarget = text(content)
    else if (flag !== 'g') {
      const kind = kinds[flag]
      if (kind === undefined) throw new Error(`tar member of type ${JSON.stringify(flag)}`)
      const prefix = text(head.subarray(257, 262)) === 'ustar' ? text(head.subarray(345, 500)) : ''
      const short = text(head.subarray(0, 100))
      const name = pax.get('path')?.toString() ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`)
      yield {
        name: name.replace(/^(\.?\/)+/, '').replace(/\/+$/, ''),
        kind,
        mode: number(head, 100, 8) & 0o7777,
        uid: Number(pax.get('uid')?.toString() ?? number(head, 108, 8)),
        gid: Number(pax.get('gid')?.toString() ?? number(head, 116, 8)),
        size: content.length,
        target: pax.get('linkpath')?.toString() ?? longTarget ?? text(head.subarray(157, 257)),
        device:
          kind === 'char' || kind === 'block' ? `${number(head, 329, 8)}:${number(head, 337, 8)}` : undefined,
        xattrs: xattrs(pax),
        content,
      }
      pax = new Map()
      longName = undefined
      longTarget = undefined
    }
  }
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function text(field: Buffer): string {
  const end = field.indexOf(0)
  return field.subarray(0, end < 0 ? field.length : end).toString()
}

/** Octal, or base 256 where the first bit is set. */
function number(head: Buffer, at: number, width: number): number {
  if ((head[at]! & 0x80) === 0) return Number.parseInt(text(head.subarray(at, at + width)).trim() || '0', 8)
  return head.subarray(at + 1, at + width).reduce((value, byte) => value * 256 + byte, head[at]! & 0x7f)
}

function records(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const end = at + Number(bytes.subarray(at, space))
    const equals = bytes.indexOf(0x3d, space)
    found.set(bytes.subarray(space + 1, equals).toString(), bytes.subarray(equals + 1, end - 1))
    at = end
  }
  return found
}

function xattrs(pax: ReadonlyMap<string, Buffer>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [key, value] of pax)
    if (key.startsWith('SCHILY.xattr.')) found[key.slice('SCHILY.xattr.'.length)] = value.toString('hex')
  return found
}
