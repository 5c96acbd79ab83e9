// The databases in which rpm has kept its headers, beside SQLite: ndb (SUSE), pages of slots that say where each header lies (rpm's
// lib/backend/ndb/rpmpkg.c), and a hash of Berkeley DB (Red Hat through version 8), whose long values lie in chains of pages
// (dbinc/db_page.h of Berkeley DB). What is damaged is passed over.

const slotSize = 16
const slotsInPage = 4096 / slotSize
const magicOf = (text: string): number => Buffer.from(text, 'latin1').readUInt32LE(0)
const [fileMagic, slotMagic, blobMagic] = ['RpmP', 'Slot', 'BlbS'].map(magicOf)

/** The headers of an ndb database. */
export function* ndbHeaders(bytes: Uint8Array): Generator<Uint8Array> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (file.length < 2 * slotSize || file.readUInt32LE(0) !== fileMagic) return
  const slots = Math.min(file.readUInt32LE(12) * slotsInPage, Math.floor(file.length / slotSize))
  const seen = new Set<number>()
  /** Headers lie beside each other: all of them are no longer than the file, whatever the slots say. */
  let left = file.length
  // the file's own header stands where the first two slots would
  for (let slot = 2; slot < slots; slot++) {
    const at = slot * slotSize
    const [magic, id, block] = [0, 4, 8].map((part) => file.readUInt32LE(at + part)) as [
      number,
      number,
      number,
    ]
    const blob = block * slotSize
    if (magic !== slotMagic || block === 0 || blob + slotSize > file.length || seen.has(block)) continue
    seen.add(block)
    if (file.readUInt32LE(blob) !== blobMagic || file.readUInt32LE(blob + 4) !== id) continue
    const length = file.readUInt32LE(blob + 12)
    if (blob + slotSize + length > file.length) continue
    left -= length
    if (left < 0) return
    yield file.subarray(blob + slotSize, blob + slotSize + length)
  }
}

const hashMagic = 0x061561
/** The kinds of pages and of values that lead to headers. */
const [unsortedPage, hashPage, chainPage, chainedValue] = [2, 13, 7, 3]
const pageHead = 26

/** The headers of a Berkeley DB file. */
export function* berkeleyHeaders(bytes: Uint8Array): Generator<Uint8Array> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (file.length < 512) return
  const isLittle = file.readUInt32LE(12) === hashMagic
  if (!isLittle && file.readUInt32BE(12) !== hashMagic) return
  const word = (at: number): number => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at))
  const half = (at: number): number => (isLittle ? file.readUInt16LE(at) : file.readUInt16BE(at))
  const size = word(20)
  if (size < 512 || size > 65536) return
  const pages = Math.floor(file.length / size)
  /** Chains share no page, so each is read once, however they are tied. */
  const used = new Set<number>()
  const chain = (first: number): Buffer => {
    const parts: Buffer[] = []
    for (let page = first; page > 0 && page < pages && !used.has(page); page = word(page * size + 16)) {
      const at = page * size
      if (file[at + 25] !== chainPage) break
      used.add(page)
      const length = word(at + 16) === 0 ? half(at + 22) : size - pageHead
      parts.push(file.subarray(at + pageHead, at + Math.min(size, pageHead + length)))
    }
    return Buffer.concat(parts)
  }
  for (let page = 1; page < pages; page++) {
    const at = page * size
    const kind = file[at + 25]
    if (kind !== unsortedPage && kind !== hashPage) continue
    // keys and values by turns
    const entries = Math.min(half(at + 20), (size - pageHead) >> 1)
    for (let entry = 1; entry < entries; entry += 2) {
      const value = half(at + pageHead + 2 * entry)
      if (value + 12 <= size && file[at + value] === chainedValue) yield chain(word(at + value + 4))
    }
  }
}
