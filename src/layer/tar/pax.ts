// Extended headers (POSIX.1-2024 pax, "pax Extended Header"): records `LENGTH KEY=VALUE\n` whose values are bytes.
import { pathText } from '../../core/index.ts'
import { invalid } from './header.ts'

export interface PaxRecords {
  /** By key; the last one of a key counts, an empty value removes it. Not those below. */
  readonly values: ReadonlyMap<string, Buffer>
  /** SCHILY.xattr.* (raw) and LIBARCHIVE.xattr.* (base 64). */
  readonly xattrs: ReadonlyMap<string, Uint8Array>
  /** GNU.sparse.offset and .numbytes in turn, as version 0.0 of sparse files has them. */
  readonly sparse: readonly number[]
}

const raw = 'SCHILY.xattr.'
const encoded = 'LIBARCHIVE.xattr.'

/** Faults with `tar.invalid` on a record that does not have its form. */
export function parsePax(bytes: Buffer): PaxRecords {
  const values = new Map<string, Buffer>()
  const xattrs = new Map<string, Uint8Array>()
  const sparse: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const digits = space < 0 || space - at > 8 ? '' : bytes.toString('latin1', at, space)
    const end = at + Number(digits)
    if (!/^[1-9][0-9]*$/.test(digits) || end > bytes.length || bytes[end - 1] !== 10 || end - 1 <= space)
      throw invalid('an extended header has a record of the wrong length')
    const record = bytes.subarray(space + 1, end - 1)
    const equals = record.indexOf(61)
    if (equals < 1) throw invalid('an extended header has a record without a key')
    const key = pathText(record.subarray(0, equals))
    const value = record.subarray(equals + 1)
    if (key.startsWith(raw)) xattrs.set(unescaped(key.slice(raw.length)), new Uint8Array(value))
    else if (key.startsWith(encoded)) {
      const name = unescaped(key.slice(encoded.length))
      if (!xattrs.has(name))
        xattrs.set(name, Uint8Array.from(Buffer.from(value.toString('latin1'), 'base64')))
    } else if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparse.push(parseDecimal(value))
    else if (value.length === 0) values.delete(key)
    else values.set(key, value)
    at = end
  }
  return { values, xattrs, sparse }
}

/** GNU tar and libarchive write `=` and `%` in the name of an xattr as %3D and %25. */
function unescaped(name: string): string {
  return name.replace(/%(3D|25)/gi, (_, code: string) => (code === '25' ? '%' : '='))
}

export function escapedXattr(name: string): string {
  return `${raw}${name.replace(/[%=]/g, (character) => (character === '%' ? '%25' : '%3D'))}`
}

/** A whole number that is not negative. */
export function parseDecimal(value: Buffer): number {
  const number = /^[0-9]{1,16}$/.test(value.toString('latin1'))
    ? Number(value.toString('latin1'))
    : Number.NaN
  if (!Number.isSafeInteger(number)) throw invalid('an extended header has a number that is none')
  return number
}

/** Decimal seconds, perhaps negative and with a fraction, as nanoseconds; digits beyond those are dropped. */
export function parseTime(value: Buffer): bigint {
  const match = /^(-?)([0-9]{1,11})(?:\.([0-9]*))?$/.exec(value.toString('latin1'))
  if (match === null) throw invalid('an extended header has a time that is none')
  const nanoseconds = BigInt(match[2]!) * 1_000_000_000n + BigInt((match[3] ?? '').slice(0, 9).padEnd(9, '0'))
  return clampTime(match[1] === '-' ? -nanoseconds : nanoseconds)
}

/** What fits 64 bits of nanoseconds, which reach from 1678 to 2262. */
export function clampTime(time: bigint): bigint {
  const most = 0x7fff_ffff_ffff_ffffn
  return time > most ? most : time < -most ? -most : time
}

/** One record; the length counts itself. */
export function printPaxRecord(key: Uint8Array, value: Uint8Array): Buffer {
  const rest = key.length + value.length + 3
  let length = rest + String(rest).length
  length = rest + String(length).length
  return Buffer.concat([Buffer.from(`${length} `), key, Buffer.from('='), value, Buffer.from('\n')])
}
