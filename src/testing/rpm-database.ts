// Small databases of rpm for tests, in each of its forms, from headers made by `rpmHeader`.
import { DatabaseSync } from 'node:sqlite'

/** A header with the fields by which a package is told. */
export function rpmHeader(name: string, version: string, epoch?: number): Buffer {
  const texts = [name, ...version.split('-')].map((text) => Buffer.from(`${text}\0`))
  const values: [tag: number, type: number, value: Buffer][] = texts.map((text, i) => [1000 + i, 6, text])
  if (epoch !== undefined) values.push([1003, 4, Buffer.of(0, 0, 0, epoch)])
  const data: Buffer[] = []
  const entries = values.map(([tag, type, value]) => {
    const offset = Buffer.concat(data).length
    data.push(value)
    return words(tag, type, offset, 1).swap32()
  })
  const bytes = Buffer.concat(data)
  return Buffer.concat([words(entries.length, bytes.length).swap32(), ...entries, bytes])
}

export function rpmSqlite(headers: readonly Uint8Array[]): Buffer {
  using database = new DatabaseSync(':memory:')
  database.exec("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
  for (const header of headers) database.prepare('insert into Packages(blob) values(?)').run(header)
  return Buffer.from(database.serialize())
}

export function rpmNdb(headers: readonly Uint8Array[]): Buffer {
  const slots: Buffer[] = [Buffer.from('RpmP\0\0\0\0\0\0\0\0\x01\0\0\0'.padEnd(32, '\0'), 'latin1')]
  const blobs: Buffer[] = []
  let block = 4096 / 16
  for (const [i, header] of headers.entries()) {
    const blob = Buffer.concat([Buffer.from('BlbS'), words(i + 1, 0, header.length), header])
    const padded = Buffer.concat([blob, Buffer.alloc(-blob.length & 15)])
    slots.push(Buffer.concat([Buffer.from('Slot'), words(i + 1, block, padded.length / 16)]))
    blobs.push(padded)
    block += padded.length / 16
  }
  const page = Buffer.alloc(4096)
  Buffer.concat(slots).copy(page)
  return Buffer.concat([page, ...blobs])
}

/** Pages of 512 bytes; each header begins a chain of its own. */
export function rpmBerkeley(headers: readonly Uint8Array[]): Buffer {
  const size = 512
  const [head, hash] = [Buffer.alloc(size), Buffer.alloc(size)]
  head.writeUInt32LE(0x061561, 12)
  head.writeUInt32LE(size, 20)
  hash.writeUInt16LE(2 * headers.length, 20)
  hash[25] = 13
  const pages = [head, hash]
  for (const [i, header] of headers.entries()) {
    const value = 300 + 12 * i
    hash.writeUInt16LE(value, 26 + 4 * i + 2)
    hash[value] = 3
    hash.writeUInt32LE(pages.length, value + 4)
    for (let at = 0; at < header.length; at += size - 26) {
      const page = Buffer.alloc(size)
      page[25] = 7
      const rest = header.length - at
      if (rest > size - 26) page.writeUInt32LE(pages.length + 1, 16)
      else page.writeUInt16LE(rest, 22)
      page.set(header.subarray(at, at + size - 26), 26)
      pages.push(page)
    }
  }
  return Buffer.concat(pages)
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i)
  return bytes
}
