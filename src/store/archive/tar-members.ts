// The tar around an image: members in the order they come, contents as streams. Layers inside are the layer room's business; this
// knows just what archives of images need: ustar, GNU long names, PAX path, linkpath and size.
import { Fault } from '../../core/index.ts'

export interface Member {
  /** Clean and relative: no leading `./`, no `..`. */
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  /** Where the content begins in the archive. */
  readonly at: number
  /** For links, relative to the root of the archive. */
  readonly target?: string
  /** The content; what is not read is skipped. */
  readonly content: AsyncIterable<Uint8Array>
}

const block = 512
const longest = 1 << 20
const damaged = 'a header of it is damaged, or it is no tar at all'

/** Faults with `archive.invalid` on damage, on a cut, and on names or links that lead out of the archive. */
export async function* readMembers(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const source = openSource(stream)
  let extra: Readonly<Record<string, string>> = {}
  for (;;) {
    const header = await source.exactly(block, 'a header')
    if (header === undefined) return
    if (header.every((byte) => byte === 0)) break
    checkSum(header)
    const type = String.fromCharCode(header[156]!)
    const size = extra.size === undefined ? number(header, 124, 12) : Number(extra.size)
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      if (size > longest) throw invalid('it has a header of unreasonable size')
      const text = await source.exactly(size, 'a header')
      await source.skip(padding(size))
      if (type === 'x') extra = { ...extra, ...paxRecords(text ?? Buffer.alloc(0)) }
      if (type === 'L') extra = { ...extra, path: field(text ?? Buffer.alloc(0), 0, size) }
      if (type === 'K') extra = { ...extra, linkpath: field(text ?? Buffer.alloc(0), 0, size) }
      continue
    }
    yield* member(source, { header, type, size, extra })
    extra = {}
  }
  for await (const _ of source.rest()) void _
}

interface Raw {
  readonly header: Buffer
  readonly type: string
  readonly size: number
  readonly extra: Readonly<Record<string, string>>
}

async function* member(source: Source, { header, type, size, extra }: Raw): AsyncGenerator<Member> {
  const prefix = field(header, 257, 5) === 'ustar' && header[263] === 48 ? field(header, 345, 155) : ''
  const short = field(header, 0, 100)
  const raw = extra.path ?? (prefix === '' ? short : `${prefix}/${short}`)
  const name = inside(raw, '')
  const linked = type === '1' || type === '2'
  const length = linked ? 0 : size
  const target = linked ? (extra.linkpath ?? field(header, 157, 100)) : undefined
  let left = length
  const content = async function* () {
    while (left > 0) {
      const chunk = await source.some(left)
      if (chunk === undefined) throw invalid(`it ends inside ${name}`)
      left -= chunk.length
      yield chunk
    }
  }
  yield {
    name,
    kind: linked
      ? 'link'
      : type === '5' || raw.endsWith('/')
        ? 'directory'
        : /[0\0 7]/.test(type)
          ? 'file'
          : 'other',
    size: length,
    at: source.taken(),
    ...(target === undefined
      ? {}
      : {
          target:
            type === '1' ? inside(target, '') : inside(target, name.slice(0, name.lastIndexOf('/') + 1)),
        }),
    content: content(),
  }
  await source.skip(left + padding(length))
}

/** The name as it counts from the root of the archive. */
function inside(text: string, from: string): string {
  const parts: string[] = text.startsWith('/') ? [] : from.split('/').filter((part) => part !== '')
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw invalid(`"${text}" leads out of it`)
  }
  return parts.join('/')
}

interface Source {
  /** Bytes given out so far. */
  taken(): number
  /** `undefined` at the very end; faults in between. */
  exactly(length: number, what: string): Promise<Buffer | undefined>
  /** Up to `most` bytes. */
  some(most: number): Promise<Uint8Array | undefined>
  skip(length: number): Promise<void>
  rest(): AsyncIterable<Uint8Array>
}

function openSource(stream: AsyncIterable<Uint8Array>): Source {
  const iterator = stream[Symbol.asyncIterator]()
  let chunk: Uint8Array = new Uint8Array(0)
  let taken = 0
  const some = async (most: number): Promise<Uint8Array | undefined> => {
    while (chunk.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return undefined
      chunk = next.value
    }
    const part = chunk.subarray(0, most)
    chunk = chunk.subarray(part.length)
    taken += part.length
    return part
  }
  return {
    taken: () => taken,
    some,
    async exactly(length, what) {
      const bytes = Buffer.allocUnsafe(length)
      for (let at = 0; at < length; ) {
        const part = await some(length - at)
        if (part === undefined && at === 0) return undefined
        if (part === undefined) throw invalid(`it ends inside ${what}`)
        bytes.set(part, at)
        at += part.length
      }
      return bytes
    },
    async skip(length) {
      for (let left = length; left > 0; ) {
        const part = await some(left)
        if (part === undefined) throw invalid('it ends too early')
        left -= part.length
      }
    },
    async *rest() {
      for (let part = await some(1 << 20); part !== undefined; part = await some(1 << 20)) yield part
    },
  }
}

function padding(size: number): number {
  return (block - (size % block)) % block
}

function field(bytes: Buffer, at: number, length: number): string {
  const end = bytes.indexOf(0, at)
  return bytes.toString('utf8', at, end < 0 || end > at + length ? at + length : end)
}

/** Octal text, or base 256 where the first bit is set (GNU). */
function number(bytes: Buffer, at: number, length: number): number {
  if ((bytes[at]! & 0x80) !== 0) {
    const value = bytes.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0)
    if (!Number.isSafeInteger(value)) throw invalid('a member of it has an impossible size')
    return value
  }
  const text = field(bytes, at, length).trim()
  if (!/^[0-7]*$/.test(text)) throw invalid(damaged)
  return text === '' ? 0 : Number.parseInt(text, 8)
}

function checkSum(header: Buffer): void {
  let sum = 8 * 32
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i]!
  if (number(header, 148, 8) !== sum) throw invalid(damaged)
}

function paxRecords(bytes: Buffer): Record<string, string> {
  const records: Record<string, string> = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > bytes.length)
      throw invalid('a PAX header of it is damaged')
    const record = bytes.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    const name = record.slice(0, equals)
    const value = record.slice(equals + 1)
    if (name === 'size' && !/^\d{1,15}$/.test(value)) throw invalid('a PAX header of it is damaged')
    if (name === 'path' || name === 'linkpath' || name === 'size') records[name] = value
    at += length
  }
  return records
}

function invalid(what: string): Fault {
  return new Fault('archive.invalid', `the archive cannot be used: ${what}`)
}
