// Whether two images are the same to whoever runs them: final file system and configuration, by their indexes. Times are not compared,
// since every build sets them anew.
import type { ConfigDifference, PathDifference } from '../../analyze/index.ts'
import { type Context, type Digest, isWithin, type RootPath } from '../../core/index.ts'
import type { FixProof } from '../api/index.ts'
import { compareImages } from '../study/compare.ts'
import type { Rooms } from '../workshop.ts'

export interface Differences {
  readonly paths: readonly PathDifference[]
  readonly config: readonly ConfigDifference[]
}

export async function findDifferences(
  before: Digest,
  after: Digest,
  tools: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<Differences> {
  using comparison = await compareImages({ before: { source: before }, after: { source: after } }, {}, tools)
  const { paths, config } = comparison.report
  return {
    paths: paths
      .map((path) => ({ ...path, details: path.details.filter(({ name }) => name !== 'mtime') }))
      .filter(({ change, details }) => change === 'added' || change === 'removed' || details.length > 0),
    config: config.filter(({ field }) => field !== 'created'),
  }
}

/** `gone`: directories that were meant to go with all that is in them. `unsteady`: how two builds of the same text differ. */
export function judgeDifferences(
  { paths, config }: Differences,
  { gone, unsteady }: { readonly gone: readonly string[]; readonly unsteady: readonly PathDifference[] },
): FixProof {
  const isMeant = ({ path, change, directory }: PathDifference): boolean =>
    change === 'removed' &&
    gone.some(
      (one) =>
        isWithin(path as RootPath, one as RootPath) ||
        // directories that held nothing else
        (directory && isWithin(one as RootPath, path as RootPath)),
    )
  // what changes by itself excuses no other change of the same file
  const byPath = new Map(unsteady.map((one) => [one.path, one]))
  const isUnsteady = ({ path, change, details }: PathDifference): boolean => {
    const known = byPath.get(path)
    if (known === undefined) return false
    if (change === 'added' || change === 'removed') return known.change === change
    return details.every(({ name }) => known.details.some((other) => other.name === name))
  }
  const meant = paths.filter(isMeant)
  const others = paths.filter((path) => !isMeant(path))
  const odd = others.filter(isUnsteady)
  const rest = others.filter((path) => !isUnsteady(path))
  const files = meant.filter(({ directory }) => !directory)
  return {
    same: rest.length === 0 && config.length === 0,
    paths: rest,
    config,
    meant: {
      paths: gone.filter((one) => meant.some(({ path }) => isWithin(path as RootPath, one as RootPath))),
      files: files.length,
      bytes: files.reduce((sum, { before }) => sum + before, 0),
    },
    unsteady: odd.map(({ path }) => path),
  }
}

/** The first differences, in words. */
export function printDifferences({ paths, config }: Pick<FixProof, 'paths' | 'config'>): string {
  const words = [
    ...paths.map(
      ({ path, change, details }) =>
        `${path} ${change === 'added' || change === 'removed' ? `is ${change}` : `differs in ${details.map(({ name }) => name).join(' and ')}`}`,
    ),
    ...config.map(({ field }) => `${field} differs`),
  ]
  const more = words.length > 3 ? ` and ${words.length - 3} more` : ''
  return `${words.slice(0, 3).join(', ')}${more}`
}
