// A layer packed before, beside the entries of a new one: runs of entries that the earlier tar holds byte for byte, so that they can be
// copied as they are. Rows of the earlier index tell; its tar must have been written by `packLayer`, without gaps and in row order.
import { comparePaths, type RootPath } from '../core/index.ts'
import { type Columns, kindNumber, rowFlags } from './columns.ts'
import type { Entry, FileEntry, Meta } from './entry.ts'
import { headerOf } from './entry-header.ts'
import { getColumns, type LayerIndex } from './layer-index.ts'
import { entryAt, linkAt, printXattrs } from './row-entry.ts'
import { pathAt } from './row-search.ts'
import { blockSize } from './tar/header.ts'
import { headerRoom, writeHeader } from './tar/writer.ts'

export interface EarlierLayer {
  readonly index: LayerIndex
  /** Bytes `[from, to)` of its tar. Pieces may be reused once the next is asked for. */
  readonly read: (from: number, to: number) => Iterable<Uint8Array>
}

/** Entries that are the rows `[from, to)` of the earlier layer, at `[start, end)` in its tar. */
export interface Run {
  readonly kind: 'run'
  readonly columns: Columns
  readonly from: number
  readonly to: number
  readonly start: number
  readonly end: number
  readonly first: Entry
  readonly last: Entry
}

export interface Repeats {
  /** The entries, in path order, with runs in the place of those that repeat the earlier layer. */
  fold(entries: Iterable<Entry>): Generator<Entry | Run>
  /** The metadata of what stands at `path` in one of the runs so far, if a hard link may lead there. */
  linked(path: RootPath): Meta | undefined
}

export function openRepeats({ index }: EarlierLayer): Repeats {
  const columns = getColumns(index)
  const find = rowFinder(columns)
  const repeats = rowComparer(columns)
  const runs: Run[] = []
  const linkedAt = (row: number): Meta | undefined => {
    const entry = entryAt(columns, row)
    return 'meta' in entry && entry.kind !== 'directory' ? entry.meta : undefined
  }
  const linked = (path: RootPath): Meta | undefined => {
    const row = index.find(path)
    return runs.some(({ from, to }) => from <= row && row < to) ? linkedAt(row) : undefined
  }
  /** Where the bytes of a row end. Only rows of files say where they are: from the last of them on, headers are measured. */
  const end = (row: number): number => {
    let headers = 0
    for (let at = row; at >= 0; at--) {
      if (columns.kind[at] === kindNumber.file)
        return columns.offset[at]! + Math.ceil(columns.size[at]! / blockSize) * blockSize + headers
      headers += headerLength(entryAt(columns, at), (path) => {
        const target = index.find(path)
        return target < 0 ? undefined : linkedAt(target)
      })
    }
    return headers
  }
  const close = ({ from, to, first, last }: Pick<Run, 'from' | 'to' | 'first' | 'last'>): Run => {
    const run: Run = { kind: 'run', columns, from, to, start: end(from - 1), end: end(to - 1), first, last }
    runs.push(run)
    return run
  }
  return {
    *fold(entries) {
      let open: { from: number; to: number; first: Entry; last: Entry } | undefined
      for (const entry of entries) {
        const row = find(entry)
        const same = row >= 0 && repeats(row, entry)
        if (open !== undefined) {
          if (same && row === open.to) {
            open.to++
            open.last = entry
            continue
          }
          yield close(open)
        }
        open = same ? { from: row, to: row + 1, first: entry, last: entry } : undefined
        if (!same) yield entry.kind === 'file' && row >= 0 ? withContent(entry, columns, row) : entry
      }
      if (open !== undefined) yield close(open)
    },
    linked,
  }
}

/** Finds the row of the path and kind of an entry, -1 where there is none; asked in path order. */
function rowFinder(columns: Columns): (entry: Entry) => number {
  const { length, names, nameEnd, flags, kind } = columns
  const text = Buffer.from(names.buffer, names.byteOffset, names.length).toString('latin1')
  const isAt = (row: number, path: RootPath): boolean => {
    if ((flags[row]! & rowFlags.ascii) === 0) return pathAt(columns, row) === path
    const start = nameEnd[row]!
    return nameEnd[row + 1]! - start === path.length && text.startsWith(path, start)
  }
  let next = 0
  return (entry) => {
    const wanted = entry.kind === 'device' ? -1 : kindNumber[entry.kind]
    for (; next < length; next++) {
      if (isAt(next, entry.path)) {
        if (kind[next] === wanted) return next++
      } else if (comparePaths(pathAt(columns, next), entry.path) > 0) break
    }
    return -1
  }
}

/** Says whether the tar has of an entry what it has of a row. Of hard links and devices, which are few, that is never said. */
function rowComparer(columns: Columns): (row: number, entry: Entry) => boolean {
  const { mode, uid, gid, mtime, size, flags, digest, xattr, xattrEnd, xattrs } = columns
  const digits = Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('hex')
  const hasMeta = (row: number, meta: Meta): boolean =>
    mode[row] === meta.mode &&
    uid[row] === meta.uid &&
    gid[row] === meta.gid &&
    mtime[row] === meta.mtime &&
    hasXattrs(xattr[row]!, meta.xattrs)
  const hasXattrs = (set: number, wanted: Meta['xattrs']): boolean => {
    if (set === 0) return wanted === undefined || wanted.size === 0
    return (
      wanted !== undefined &&
      Buffer.compare(xattrs.subarray(xattrEnd[set - 1], xattrEnd[set]), printXattrs(wanted)) === 0
    )
  }
  return (row, entry) => {
    switch (entry.kind) {
      case 'file':
        return (
          size[row] === entry.size &&
          entry.digest?.startsWith('sha256:') === true &&
          (flags[row]! & (rowFlags.digest | rowFlags.sparse)) === rowFlags.digest &&
          digits.startsWith(entry.digest.slice(7), row * 64) &&
          hasMeta(row, entry.meta)
        )
      case 'symlink':
        return linkAt(columns, row) === entry.target && hasMeta(row, entry.meta)
      case 'directory':
      case 'fifo':
        return hasMeta(row, entry.meta)
      default:
        return false
    }
  }
}

/** Opening, reading and closing a small file costs more than its bytes; a large one may as well be read where it is. */
const largest = 1 << 20

/** A file whose content did not change while its metadata did, read from the earlier layer. */
function withContent(entry: FileEntry, columns: Columns, row: number): FileEntry {
  if (entry.digest === undefined || entry.size === 0 || entry.size > largest) return entry
  const known = entryAt(columns, row)
  if (known.kind !== 'file' || known.digest !== entry.digest || known.content.in !== 'layer') return entry
  return { ...entry, content: known.content }
}

function headerLength(entry: Entry, linked: (path: RootPath) => Meta | undefined): number {
  const header = headerOf(entry, linked)
  return writeHeader(Buffer.alloc(headerRoom(header)), 0, header)
}
