// The document that `dive --json FILE` writes (wagoodman/dive, command/export/export.go), from the same layers.
import { comparePaths, type RootPath } from '../../core/index.ts'
import {
  cellFlags,
  cellKinds,
  cellMeta,
  cellTarget,
  nodePath,
  printWhiteout,
  type Strata,
} from '../../layer/index.ts'
import type { DiveScore } from './types.ts'

interface DiveFile {
  readonly path: string
  readonly typeFlag: number
  readonly linkName: string
  readonly size: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
  readonly isDir: boolean
}

export interface DiveExport {
  readonly layer: readonly {
    readonly index: number
    readonly id: string
    readonly digestId: string
    readonly sizeBytes: number
    readonly command: string
    readonly fileList: readonly DiveFile[]
  }[]
  readonly image: {
    readonly sizeBytes: number
    readonly inefficientBytes: number
    readonly efficiencyScore: number
    readonly fileReference: readonly {
      readonly count: number
      readonly sizeBytes: number
      readonly file: string
    }[]
  }
}

/** What dive says about a layer and the layer's files do not. */
export interface DiveLayerWords {
  readonly id: string
  readonly command: string
}

export function diveExport(strata: Strata, dive: DiveScore, words: readonly DiveLayerWords[]): DiveExport {
  const files = filesByLayer(strata)
  return {
    layer: strata.layers.map((columns, index) => ({
      index,
      id: words[index]!.id,
      digestId: columns.diffId,
      sizeBytes: columns.contentSize,
      command: words[index]!.command,
      fileList: childrenFirst(files[index]!),
    })),
    image: {
      sizeBytes: dive.sizeBytes,
      inefficientBytes: dive.wastedBytes,
      efficiencyScore: dive.efficiency,
      fileReference: dive.files.map(({ path, count, sizeBytes }) => ({ count, sizeBytes, file: path })),
    },
  }
}

/** Tar type flags and the bits of Go's os.FileMode for each kind. */
const typeFlags = { file: '0', hardlink: '1', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6' }
const goModes = {
  file: 0,
  hardlink: 0,
  symlink: 2 ** 27,
  char: 2 ** 26 + 2 ** 21,
  block: 2 ** 26,
  directory: 2 ** 31,
  fifo: 2 ** 25,
}

interface NamedFile {
  readonly path: RootPath
  readonly file: DiveFile
}

/** The entries of each layer as its tar names them, in one pass over the table. */
function filesByLayer(strata: Strata): readonly (readonly NamedFile[])[] {
  const layers: NamedFile[][] = strata.layers.map(() => [])
  for (let node = 1; node < strata.length; node++) {
    const path = nodePath(strata, node)
    for (let cell = strata.cellStart[node]!; cell < strata.cellStart[node + 1]!; cell++) {
      const files = layers[strata.layer[cell]!]!
      if ((strata.flags[cell]! & cellFlags.whiteout) !== 0) {
        const spelled = printWhiteout('whiteout', path)
        files.push({ path: spelled, file: { ...plainFile, path: spelled.slice(1) } })
      }
      const file = fileAt(strata, cell, path)
      if (file !== undefined) files.push({ path, file })
    }
  }
  return layers.map((files) => files.sort((a, b) => comparePaths(a.path, b.path)))
}

const plainFile: Omit<DiveFile, 'path'> = {
  typeFlag: 48,
  linkName: '',
  size: 0,
  fileMode: 0,
  uid: 0,
  gid: 0,
  isDir: false,
}

function fileAt(strata: Strata, cell: number, path: RootPath): DiveFile | undefined {
  const kind = cellKinds[strata.kind[cell]!]!
  if (kind === 'whiteout' || kind === 'implied') return undefined
  const { mode, uid, gid } = cellMeta(strata, cell)
  const target = cellTarget(strata, cell) ?? ''
  const special =
    (mode & 0o4000 ? 2 ** 23 : 0) + (mode & 0o2000 ? 2 ** 22 : 0) + (mode & 0o1000 ? 2 ** 20 : 0)
  return {
    path: path.slice(1),
    typeFlag: typeFlags[kind].charCodeAt(0),
    linkName: kind === 'hardlink' ? target.slice(1) : target,
    size: kind === 'file' ? strata.size[cell]! : 0,
    fileMode: goModes[kind] + special + (mode & 0o777),
    uid,
    gid,
    isDir: kind === 'directory',
  }
}

/** What a directory holds before the directory. */
function childrenFirst(files: readonly NamedFile[]): DiveFile[] {
  const ordered: DiveFile[] = []
  const open: NamedFile[] = []
  for (const one of files) {
    while (open.length > 0 && !one.path.startsWith(`${open.at(-1)!.path}/`)) ordered.push(open.pop()!.file)
    open.push(one)
  }
  while (open.length > 0) ordered.push(open.pop()!.file)
  return ordered
}
