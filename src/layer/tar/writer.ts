// Prints tar headers: ustar where a value fits, a PAX header before it where one does not. The same entry always gives the same bytes.
import { Fault, pathBytes } from '../../core/index.ts'
import { blockSize } from './header.ts'
import { escapedXattr, printPaxRecord } from './pax.ts'

export interface HeaderInput {
  /** In tar form: no `/` before it, one after a directory. */
  readonly name: Buffer
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: bigint
  readonly size: number
  readonly link?: Buffer | undefined
  readonly major?: number
  readonly minor?: number
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
}

const second = 1_000_000_000n
const most = { id: 0o7777777, size: 0o77777777777, name: 100, prefix: 155 } as const

/** The most bytes a header may take with what stands before it. */
export function headerRoom(input: HeaderInput): number {
  let xattrs = 0
  for (const [name, value] of input.xattrs ?? []) xattrs += name.length * 9 + value.length + 64
  return 4 * blockSize + 2 * input.name.length + 2 * (input.link?.length ?? 0) + xattrs + 512
}

/** Writes the header at `at`, with a PAX header before it where needed; gives where it ends. There must be `headerRoom`. */
export function writeHeader(into: Buffer, at: number, input: HeaderInput): number {
  const split = splitName(input.name)
  const records = paxRecords(input, split === undefined)
  let end = at
  if (records.length > 0) {
    const body = Buffer.concat(records)
    const name = Buffer.concat([Buffer.from('PaxHeaders/'), lastPart(input.name)]).subarray(0, most.name)
    writeBlock(into, end, { name, type: 'x', mode: 0o644, uid: 0, gid: 0, mtime: 0n, size: body.length }, 0)
    end += blockSize
    body.copy(into, end)
    const padded = Math.ceil(body.length / blockSize) * blockSize
    into.fill(0, end + body.length, end + padded)
    end += padded
  }
  writeBlock(into, end, input, split ?? 0)
  return end + blockSize
}

function lastPart(name: Buffer): Buffer {
  const end = name.at(-1) === 47 ? name.length - 1 : name.length
  return name.subarray(name.subarray(0, end).lastIndexOf(47) + 1, end)
}

/** Where the name is cut into prefix and name: 0 for no prefix, `undefined` where it does not fit. */
function splitName(name: Buffer): number | undefined {
  if (name.length <= most.name) return 0
  const from = name.length - most.name - 1
  const slash = name.indexOf(47, Math.max(from, 1))
  if (slash < 0 || slash > most.prefix || slash === name.length - 1) return undefined
  return slash
}

function paxRecords(input: HeaderInput, longName: boolean): Buffer[] {
  const records: [Buffer, Uint8Array][] = []
  const say = (key: string, value: string | Uint8Array): void => {
    records.push([pathBytes(key), typeof value === 'string' ? Buffer.from(value) : value])
  }
  if (longName) say('path', input.name)
  if (input.link !== undefined && input.link.length > most.name) say('linkpath', input.link)
  if (input.size > most.size) say('size', String(input.size))
  if (input.uid > most.id) say('uid', String(input.uid))
  if (input.gid > most.id) say('gid', String(input.gid))
  if (!isPlainTime(input.mtime)) say('mtime', printTime(input.mtime))
  if (input.xattrs !== undefined) for (const [name, value] of input.xattrs) say(escapedXattr(name), value)
  if (records.length > 1) records.sort((a, b) => Buffer.compare(a[0], b[0]))
  return records.map(([key, value]) => printPaxRecord(key, value))
}

function isPlainTime(time: bigint): boolean {
  return time >= 0n && time % second === 0n && time / second <= most.size
}

function printTime(time: bigint): string {
  const size = time < 0n ? -time : time
  const fraction = String(size % second)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${time < 0n ? '-' : ''}${size / second}${fraction === '' ? '' : `.${fraction}`}`
}

function writeBlock(into: Buffer, at: number, input: HeaderInput, split: number): void {
  into.fill(0, at, at + blockSize)
  const { name, link } = input
  if (split > 0) {
    name.copy(into, at, split + 1)
    name.copy(into, at + 345, 0, split)
  } else name.copy(into, at, 0, Math.min(name.length, most.name))
  octal(into, at + 100, 7, input.mode)
  octal(into, at + 108, 7, Math.min(input.uid, most.id))
  octal(into, at + 116, 7, Math.min(input.gid, most.id))
  octal(into, at + 124, 11, Math.min(input.size, most.size))
  octal(into, at + 136, 11, headerSeconds(input.mtime))
  into[at + 156] = input.type.charCodeAt(0)
  if (link !== undefined) link.copy(into, at + 157, 0, Math.min(link.length, most.name))
  into.write('ustar\x0000', at + 257, 'latin1')
  if (input.major !== undefined) {
    deviceNumber(into, at + 329, input.major)
    deviceNumber(into, at + 337, input.minor ?? 0)
  }
  let sum = 8 * 32
  for (let i = at; i < at + blockSize; i++) sum += into[i]!
  octal(into, at + 148, 6, sum)
  into[at + 155] = 32
}

function headerSeconds(time: bigint): number {
  if (time <= 0n) return 0
  return Math.min(Number(time / second), most.size)
}

function octal(into: Buffer, at: number, digits: number, value: number): void {
  for (let i = digits - 1; i >= 0; i--) {
    into[at + i] = 48 + (value % 8)
    value = Math.floor(value / 8)
  }
}

/** Beyond seven octal digits in base 256, since PAX has no key for device numbers that all readers know. */
function deviceNumber(into: Buffer, at: number, value: number): void {
  if (value <= most.id) octal(into, at, 7, value)
  else if (value <= 0xffff_ffff) {
    into[at] = 0x80
    into.writeUInt32BE(value, at + 4)
  } else throw new Fault('internal', `${value} is no device number`)
}
