// When something that a build fetches was made, for SOURCE_DATE_EPOCH: a commit, the Last-Modified of a URL, else the youngest member of
// the archive that came.
import * as fs from 'node:fs'
import type { Context } from '../../core/index.ts'
import type { LayerIndex } from '../../layer/index.ts'
import type { FetchedItem } from '../../plan/index.ts'
import { withHead } from '../../store/index.ts'
import type { FetchTools } from '../tools.ts'
import { archiveHead, ingestArchive, isArchiveHead } from './archive.ts'
import { download } from './download.ts'
import { fetchGit } from './git.ts'

/** Fetches what an ADD names; seconds since the epoch, where it says so. Faults as `fetchGit` and `download` do. */
export async function fetchedTime(
  item: FetchedItem,
  tools: FetchTools,
  ctx: Context,
): Promise<number | undefined> {
  if (item.kind === 'git') return (await fetchGit(item.reference, tools, ctx)).committed
  const { modified, path, url: name } = await download(item, tools, ctx)
  if (modified !== undefined) return Number(modified / 1_000_000_000n)
  const { head, whole: stream } = await withHead(fs.createReadStream(path), archiveHead)
  if (!isArchiveHead(head)) return undefined
  return youngest(tools.store.layers.index(await ingestArchive({ head, stream, name }, tools.store, ctx)))
}

/** The time of an archive's youngest member: seconds since the epoch. */
export function youngest(index: LayerIndex): number {
  let latest = 0n
  for (let row = 0; row < index.length; row++) {
    const entry = index.at(row)
    if ('meta' in entry && entry.meta.mtime > latest) latest = entry.meta.mtime
  }
  return Number(latest / 1_000_000_000n)
}
