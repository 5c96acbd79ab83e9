// A tar writer that does as it is told: names, targets and order go into the archive as given, however wrong. For tests of readers.
import { pathBytes } from '../core/index.ts'

export type RawType = 'file' | 'dir' | 'symlink' | 'hardlink' | 'fifo' | 'char' | 'block' | 'xglobal'

export interface RawEntry {
  readonly name: string
  readonly type: RawType
  readonly content?: string | Uint8Array | undefined
  readonly target?: string | undefined
  /** Permission bits; 0644 or 0755 if not given. */
  readonly mode?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** Seconds. */
  readonly mtime?: number | undefined
  readonly major?: number | undefined
  readonly minor?: number | undefined
  readonly xattrs?: Readonly<Record<string, string | Uint8Array>> | undefined
}

const flags: Readonly<Record<RawType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  dir: '5',
  fifo: '6',
  xglobal: 'g',
}

/** The archive of these entries, with two zero blocks at its end. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(rawEntry), Buffer.alloc(1024)])
}

function rawEntry(entry: RawEntry): Buffer[] {
  if (entry.type === 'xglobal') return member(entry, flags.xglobal, paxRecord('comment', Buffer.from('x')))
  const records: Buffer[] = []
  if (pathBytes(entry.name).length > 100) records.push(paxRecord('path', pathBytes(entry.name)))
  if (pathBytes(entry.target ?? '').length > 100)
    records.push(paxRecord('linkpath', pathBytes(entry.target ?? '')))
  for (const [name, value] of Object.entries(entry.xattrs ?? {}))
    records.push(paxRecord(`SCHILY.xattr.${name}`, Buffer.from(value)))
  const head = records.length === 0 ? [] : member({ name: 'pax', type: 'file' }, 'x', Buffer.concat(records))
  const content = entry.type === 'file' ? Buffer.from(entry.content ?? '') : Buffer.alloc(0)
  return [...head, ...member(entry, flags[entry.type], content)]
}

/** A PAX record counts its own length (POSIX, pax interchange format). */
function paxRecord(key: string, value: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  let length = body.length
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return Buffer.concat([Buffer.from(String(length)), body])
}

function member(entry: RawEntry, flag: string, content: Buffer): Buffer[] {
  const head = Buffer.alloc(512)
  const number = (value: number, at: number, width: number) => {
    const octal = value.toString(8).padStart(width - 1, '0')
    if (value >= 0 && octal.length < width) head.write(`${octal}\0`, at, 'latin1')
    // GNU's binary form, for what octal digits cannot say.
    else {
      head.fill(value < 0 ? 0xff : 0, at, at + width)
      head.writeBigInt64BE(BigInt(value), at + width - 8)
      if (value >= 0) head[at]! |= 0x80
    }
  }
  pathBytes(entry.name).copy(head, 0, 0, 100)
  number(entry.mode ?? (entry.type === 'dir' ? 0o755 : 0o644), 100, 8)
  number(entry.uid ?? 0, 108, 8)
  number(entry.gid ?? 0, 116, 8)
  number(content.length, 124, 12)
  number(entry.mtime ?? 1_700_000_000, 136, 12)
  head.write(' '.repeat(8), 148, 'latin1')
  head.write(flag, 156, 'latin1')
  pathBytes(entry.target ?? '').copy(head, 157, 0, 100)
  head.write('ustar\x0000', 257, 'latin1')
  number(entry.major ?? 0, 329, 8)
  number(entry.minor ?? 0, 337, 8)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return [head, content, Buffer.alloc(-content.length & 511)]
}
