// What the page says about paths and their bytes, in sentences that need no colour.
import { acts, cacheMark, duplicateMark, fates, kinds, type PageHead } from '../model.ts'
import type { Cell } from './map-layout.ts'
import type { Paths } from './paths.ts'
import { bytes } from './words.ts'

export interface Narrator {
  /** `12 MB, layer 3, deleted by layer 5`. */
  cell(cell: Cell): string
  /** What one layer does to a path. */
  event(event: number): string
  /** The layers that say something about a path itself or ship something below it: `1, 3–5`. */
  layersOf(row: number): string
}

const actWords: Readonly<Record<(typeof acts)[number], string>> = {
  unmodified: 'said again as it was',
  added: 'added',
  modified: 'changed',
  attributesOnly: 'attributes changed',
  removed: 'removed',
}
const fateWords: Readonly<Record<(typeof fates)[number], string>> = {
  visible: '',
  deleted: 'deleted by',
  overwritten: 'overwritten by',
  metadataOnly: 'shipped again, with other attributes, by',
}

export function createNarrator(head: PageHead, paths: Paths): Narrator {
  const layerWord = (layer: number): string => `layer ${layer}`
  const fateOf = (event: number): string => {
    const fate = fates[paths.fate[event]!]!
    if (fate !== 'visible') return `${fateWords[fate]} ${layerWord(paths.by[event]! - 1)}`
    const marks = paths.marks[event]!
    if ((marks & cacheMark) !== 0) return 'left-over cache'
    return (marks & duplicateMark) !== 0 ? 'a copy of another path' : ''
  }
  const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ')
  const layersOf = (row: number): string => {
    const seen = new Uint8Array(head.layers.length)
    for (let event = paths.first[row]!; event < paths.first[paths.end[row]!]!; event++)
      if (kinds[paths.kind[event]!] !== 'implied') seen[paths.layer[event]!] = 1
    return ranges(seen)
  }
  return {
    cell(cell) {
      if (cell.what === 'version')
        return joined(bytes(cell.bytes), layerWord(paths.layer[cell.event]!), fateOf(cell.event))
      if (cell.what === 'rest') return bytes(cell.bytes)
      const wasted = paths.wasted[cell.row]!
      return joined(
        bytes(cell.bytes),
        `layers ${layersOf(cell.row)}`,
        wasted === 0 ? '' : `${bytes(wasted)} wasted`,
      )
    },
    event(event) {
      const kind = kinds[paths.kind[event]!]!
      if (kind === 'whiteout') return 'removed'
      const size = kind === 'file' ? bytes(paths.size[event]!) : ''
      return joined(`${actWords[acts[paths.act[event]!]!]} as ${kindWords[kind]}`, size, fateOf(event))
    },
    layersOf,
  }
}

const kindWords: Readonly<Record<(typeof kinds)[number], string>> = {
  implied: 'a directory that something is put in',
  directory: 'a directory',
  file: 'a file',
  symlink: 'a symbolic link',
  hardlink: 'a hard link',
  char: 'a character device',
  block: 'a block device',
  fifo: 'a pipe',
  whiteout: 'nothing',
}

/** `1, 3–5` for the places that are set, counted from 0. */
export function ranges(set: Uint8Array): string {
  const parts: string[] = []
  for (let from = 0; from < set.length; from++) {
    if (set[from] === 0) continue
    let to = from
    while (set[to + 1] === 1) to++
    parts.push(to === from ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`)
    from = to
  }
  return parts.join(', ')
}
