// Scans the contents of an image's files, each content once in the life of the store, and reads only what was never scanned.
import { profileOf, ruleSetId } from '../../analyze/index.ts'
import type { Context } from '../../core/index.ts'
import { cellFile, cellNumber, digestBytes, nodePath, type Strata } from '../../layer/index.ts'
import type { Scanned, Store } from '../../store/index.ts'
import type { OpenedImage } from '../study/opened.ts'
import { type FoundInFile, scanFile } from './file.ts'

export interface FileMatch extends FoundInFile {
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
/** What of a file is looked at, beside the rules themselves: what was found by less is forgotten. */
const reach = 'gzip, zstd, zip and tar in each other, and behind each'

export async function scanContents(
  image: OpenedImage,
  strata: Strata,
  { store, ctx }: { readonly store: Store; readonly ctx: Context },
): Promise<ScannedContents> {
  const rules = `${ruleSetId()} ${reach}`
  const known = new Map<string, readonly FoundInFile[]>()
  const fresh: Scanned[] = []
  const matches: FileMatch[] = []
  let bytes = 0
  let remembered = 0
  const candidates = filesOf(strata)
  const total = candidates.reduce((sum, { cell }) => sum + strata.size[cell]!, 0)
  let done = 0
  let turn = performance.now()
  const takeTurn = async (): Promise<void> => {
    ctx.emit({ type: 'moved', task: 'secrets', done, total, unit: 'bytes' })
    await new Promise((resolve) => setImmediate(resolve))
    ctx.signal.throwIfAborted()
    turn = performance.now()
  }
  const giveTurn = (): Promise<void> | undefined =>
    performance.now() - turn < turnMilliseconds ? undefined : takeTurn()
  const lookAt = async ({ cell, profile }: Candidate): Promise<readonly FoundInFile[]> => {
    const content = digestBytes(strata, cell)
    const key =
      content === undefined ? `cell ${cell}` : `${Buffer.from(content).toString('latin1')}${profile}`
    const same = known.get(key)
    if (same !== undefined) return same
    bytes += strata.size[cell]!
    const earlier = content === undefined ? undefined : store.scans.find(content, { profile, rules })
    const found =
      earlier === undefined ? await scanFile(image, cellFile(strata, cell)!, giveTurn) : parseMatches(earlier)
    known.set(key, found)
    if (earlier !== undefined) remembered++
    else if (content !== undefined) fresh.push({ content, profile, found: printMatches(found) })
    if (fresh.length >= batch) store.scans.save(rules, fresh.splice(0))
    return found
  }
  try {
    for (const candidate of candidates) {
      const { node, cell } = candidate
      for (const match of await lookAt(candidate)) matches.push({ ...match, node, cell })
      done += strata.size[cell]!
      await giveTurn()
    }
  } finally {
    // a search that was stopped goes on from there the next time
    store.scans.save(rules, fresh)
  }
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

function printMatches(matches: readonly FoundInFile[]): string {
  return matches.length === 0 ? '' : JSON.stringify(matches)
}

function parseMatches(text: string): readonly FoundInFile[] {
  return text === '' ? [] : (JSON.parse(text) as readonly FoundInFile[])
}
