// The four ways in which GNU tar writes files with holes (GNU tar manual, "Storing Sparse Files"): old headers with extension blocks,
// and PAX 0.0, 0.1 and 1.0. All end as extents: which bytes of the file are stored, one after another.
import type { Extent } from '../entry.ts'
import { invalid, parseNumber } from './header.ts'
import { type PaxRecords, parseDecimal } from './pax.ts'

/** Runs of a file that has holes, without their place in the tar. */
export interface SparseMap {
  readonly size: number
  /** Start and length in turn. */
  readonly runs: readonly number[]
}

/** More runs than this in one file are refused with `tar.invalid`. */
export const mostRuns = 1_000_000

/** Reads (start, length) pairs of 12 bytes each; a pair that starts with a NUL ends the list. */
export function parseOldRuns(block: Buffer, start: number, count: number, runs: number[]): void {
  for (let i = 0; i < count; i++) {
    const at = start + i * 24
    if (block[at] === 0) return
    runs.push(parseNumber(block, at, 12), parseNumber(block, at + 12, 12))
  }
  if (runs.length > mostRuns * 2) throw invalid('a sparse file has too many runs')
}

/** The map in a PAX header of version 0.0 or 0.1; `undefined` if the header is of no sparse file or holds no map. */
export function paxMap(pax: PaxRecords): SparseMap | undefined {
  const size = pax.values.get('GNU.sparse.size')
  if (size === undefined) return undefined
  const list = pax.values.get('GNU.sparse.map')
  const runs =
    list === undefined
      ? pax.sparse
      : list
          .toString('latin1')
          .split(',')
          .map((text) => parseDecimal(Buffer.from(text)))
  return { size: parseDecimal(size), runs }
}

/** Whether the data of a member starts with its map (version 1.0). */
export function hasMapInData(pax: PaxRecords): boolean {
  return pax.values.get('GNU.sparse.major')?.toString('latin1') === '1'
}

/** The map that stands in the data: a count and that many pairs of decimal lines, which are all there. */
export function parseDataMap(bytes: Buffer): readonly number[] {
  const lines = bytes.toString('latin1').split('\n')
  const numbers = lines
    .slice(0, 1 + parseDecimal(Buffer.from(lines[0]!)) * 2)
    .map((line) => parseDecimal(Buffer.from(line)))
  return numbers.slice(1)
}

/** Extents with their place in the tar; faults where runs overlap, pass the end of the file, or are not what is stored. */
export function placeRuns({ size, runs }: SparseMap, offset: number, stored: number): readonly Extent[] {
  if (runs.length % 2 !== 0) throw invalid('the map of a sparse file is cut short')
  const extents: Extent[] = []
  let end = 0
  let used = 0
  for (let i = 0; i < runs.length; i += 2) {
    const [at, length] = [runs[i]!, runs[i + 1]!]
    if (at < end || length < 0 || at + length > size) throw invalid('the runs of a sparse file do not fit it')
    if (length > 0) extents.push({ at, offset: offset + used, length })
    end = at + length
    used += length
  }
  if (used !== stored) throw invalid('a sparse file has not the data that its map says')
  return extents
}
