// One member of a tar: its header and the extended headers before it, put together.
import { Fault, pathText, type RootPath, toRootPath } from '../../core/index.ts'
import type { RowKind } from '../columns.ts'
import type { Meta } from '../entry.ts'
import { checkSum, dialectOf, field, invalid, nameOf, parseNumber } from './header.ts'
import { clampTime, type PaxRecords, parseDecimal, parseTime } from './pax.ts'

/** The longest path and link target that is taken (Linux: PATH_MAX). */
export const mostPathBytes = 4096
/** The longest extended header that is taken. */
export const mostPaxBytes = 1024 * 1024

/** What came before a header and is about it. */
export interface Pending {
  pax?: PaxRecords
  name?: Buffer
  link?: Buffer
}

export interface Member {
  readonly kind: Exclude<RowKind, 'whiteout' | 'opaque'>
  readonly path: RootPath
  readonly meta: Meta
  /** Bytes in the tar that belong to the member. */
  readonly stored: number
  readonly target: string | undefined
  readonly major: number
  readonly minor: number
}

const kinds: Readonly<Record<string, Member['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
}

/** Reads the type letter and the stored size after verifying the checksum; the size of what stores nothing is 0. */
export function parseStart(block: Buffer, pax: PaxRecords | undefined): { type: string; stored: number } {
  checkSum(block)
  const type = String.fromCharCode(block[156]!)
  const stated = 'xXgLK'.includes(type) ? undefined : pax?.values.get('size')
  const stored = stated === undefined ? parseNumber(block, 124, 12) : parseDecimal(stated)
  if (stored < 0) throw invalid('a size is negative')
  return { type, stored: /[1-6]/.test(type) ? 0 : stored }
}

/** Puts a member together. `globals` are the records of a global header, of which only owner and time are taken. */
export function parseMember(
  block: Buffer,
  { type, stored }: { readonly type: string; readonly stored: number },
  { pending, globals }: { readonly pending: Pending; readonly globals: PaxRecords | undefined },
): Member {
  const pax = pending.pax
  const sparseName = pax?.values.get('GNU.sparse.name')
  const nameBytes = sparseName ?? pax?.values.get('path') ?? pending.name ?? nameOf(block, dialectOf(block))
  let kind = kinds[type]
  if (kind === undefined)
    throw new Fault(
      'tar.unsupported',
      `the archive has a member of type ${JSON.stringify(type)}, which Peel does not know`,
    )
  if (kind === 'file' && nameBytes.at(-1) === 47) kind = 'directory'
  const linked = kind === 'hardlink' || kind === 'symlink'
  const link = linked ? (pax?.values.get('linkpath') ?? pending.link ?? field(block, 157, 100)) : undefined
  const target = link === undefined ? undefined : checkedText(link)
  if (target === '') throw invalid('a link has no target')
  const number = (key: string, start: number): number => {
    const stated = pax?.values.get(key) ?? globals?.values.get(key)
    const value = stated === undefined ? parseNumber(block, start, 8) : parseDecimal(stated)
    return checkedWord(value, key)
  }
  const time = pax?.values.get('mtime') ?? globals?.values.get('mtime')
  const meta = {
    mode: parseNumber(block, 100, 8) & 0o7777,
    uid: number('uid', 108),
    gid: number('gid', 116),
    mtime:
      time === undefined ? clampTime(BigInt(parseNumber(block, 136, 12)) * 1_000_000_000n) : parseTime(time),
  }
  const isDevice = kind === 'char' || kind === 'block'
  return {
    kind,
    path: toRootPath(checkedText(nameBytes)),
    meta: pax === undefined || pax.xattrs.size === 0 ? meta : { ...meta, xattrs: pax.xattrs },
    stored,
    target: kind === 'hardlink' ? toRootPath(target ?? '') : target,
    major: isDevice ? checkedWord(parseNumber(block, 329, 8), 'device number') : 0,
    minor: isDevice ? checkedWord(parseNumber(block, 337, 8), 'device number') : 0,
  }
}

function checkedWord(value: number, what: string): number {
  if (value < 0 || value > 0xffff_ffff) throw invalid(`a ${what} does not fit 32 bits`)
  return value
}

function checkedText(bytes: Buffer): string {
  if (bytes.length > mostPathBytes) throw invalid(`a name is longer than ${mostPathBytes} bytes`)
  if (bytes.includes(0)) throw invalid('a name holds a NUL byte')
  return pathText(bytes)
}
