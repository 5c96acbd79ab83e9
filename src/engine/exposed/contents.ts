// Scans the contents of an image's files, each content once in the life of the store, and reads only what was never scanned.
import { kindOf, profileOf, ruleSetId, type Scan, type SecretMatch, startScan } from '../../analyze/index.ts'
import type { Context } from '../../core/index.ts'
import {
  cellFile,
  cellNumber,
  decompress,
  digestBytes,
  type FileEntry,
  nodePath,
  type Strata,
} from '../../layer/index.ts'
import type { Scanned, Store } from '../../store/index.ts'
import type { OpenedImage } from '../study/opened.ts'

export interface FileMatch extends SecretMatch {
  /** The cell of the file, in the image's strata. */
  readonly cell: number
  readonly node: number
}

export interface ScannedContents {
  readonly matches: readonly FileMatch[]
  readonly contents: number
  readonly bytes: number
  readonly remembered: number
}

interface Candidate {
  readonly node: number
  readonly cell: number
  readonly profile: string
}

/** How many contents are remembered in one transaction: a kill loses no more work than that. */
const batch = 5000
const turnMilliseconds = 20
/** Bytes of a compressed file that are looked at, unpacked. */
const unpackedLimit = 256 << 20

export async function scanContents(
  image: OpenedImage,
  strata: Strata,
  { store, ctx }: { readonly store: Store; readonly ctx: Context },
): Promise<ScannedContents> {
  const rules = ruleSetId()
  const known = new Map<string, readonly SecretMatch[]>()
  const fresh: Scanned[] = []
  const matches: FileMatch[] = []
  let bytes = 0
  let remembered = 0
  let turn = performance.now()
  const candidates = filesOf(strata)
  for (const [done, { node, cell, profile }] of candidates.entries()) {
    const content = digestBytes(strata, cell)
    const key = content === undefined ? undefined : `${Buffer.from(content).toString('latin1')}${profile}`
    let found = key === undefined ? undefined : known.get(key)
    if (found === undefined) {
      bytes += strata.size[cell]!
      const earlier = content === undefined ? undefined : store.scans.find(content, { profile, rules })
      if (earlier !== undefined) {
        remembered++
        found = parseMatches(earlier)
      } else {
        found = await scanFile(image, cellFile(strata, cell)!)
        if (content !== undefined) fresh.push({ content, profile, found: printMatches(found) })
        if (fresh.length >= batch) store.scans.save(rules, fresh.splice(0))
      }
      known.set(key ?? `cell ${cell}`, found)
    }
    for (const match of found) matches.push({ ...match, node, cell })
    if (performance.now() - turn < turnMilliseconds) continue
    ctx.emit({ type: 'moved', task: 'secrets', done, total: candidates.length, unit: 'entries' })
    await new Promise((resolve) => setImmediate(resolve))
    ctx.signal.throwIfAborted()
    turn = performance.now()
  }
  store.scans.save(rules, fresh)
  return { matches, contents: known.size, bytes, remembered }
}

/** Files with content, those of one layer together and as they lie in its tar. */
function filesOf(strata: Strata): readonly Candidate[] {
  const { length, cellStart, kind, layer, row, layers } = strata
  const files: Candidate[] = []
  for (let node = 1; node < length; node++) {
    let profile: string | undefined
    for (let cell = cellStart[node]!; cell < cellStart[node + 1]!; cell++) {
      if (kind[cell] !== cellNumber.file || strata.size[cell]! === 0) continue
      profile ??= profileOf(nodePath(strata, node))
      files.push({ node, cell, profile })
    }
  }
  const offsetOf = (cell: number): number => layers[layer[cell]!]!.offset[row[cell]!]!
  return files.sort((a, b) => layer[a.cell]! - layer[b.cell]! || offsetOf(a.cell) - offsetOf(b.cell))
}

async function scanFile(image: OpenedImage, file: FileEntry): Promise<readonly SecretMatch[]> {
  const pieces = image.stream(file)
  let scan: Scan | undefined
  let head: Uint8Array | undefined
  const take = (piece: Uint8Array): void => {
    if (scan === undefined) {
      head = piece.slice(0, 2)
      scan = startScan(kindOf(file.path, piece), file.size)
    }
    scan.push(piece)
  }
  if (Symbol.iterator in pieces) for (const piece of pieces) take(piece)
  else for await (const piece of pieces) take(piece)
  const found = scan?.end() ?? []
  return head?.[0] === 0x1f && head[1] === 0x8b ? [...found, ...(await scanUnpacked(image, file))] : found
}

/** What a gzip file holds, a tar in it too; one that is damaged is looked at as far as it goes. */
async function scanUnpacked(image: OpenedImage, file: FileEntry): Promise<readonly SecretMatch[]> {
  const copies = async function* () {
    // the decompressor reads on while the reader's buffer is used again
    for await (const piece of image.stream(file)) yield Buffer.from(piece)
  }
  let scan: Scan | undefined
  let size = 0
  try {
    for await (const piece of decompress('gzip', copies())) {
      scan ??= startScan(kindOf(file.path, piece), Number.POSITIVE_INFINITY)
      scan.push(piece)
      size += piece.length
      if (size > unpackedLimit) break
    }
  } catch {
    return scan?.end() ?? []
  }
  return scan?.end() ?? []
}

function printMatches(matches: readonly SecretMatch[]): string {
  return matches.length === 0 ? '' : JSON.stringify(matches)
}

function parseMatches(text: string): readonly SecretMatch[] {
  return text === '' ? [] : (JSON.parse(text) as readonly SecretMatch[])
}
