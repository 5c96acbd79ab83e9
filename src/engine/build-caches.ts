// The caches that a build shares with other machines: what users name becomes shelves to read from and to write to.
import path from 'node:path'
import {
  type CacheSource,
  type Caches,
  type CacheTarget,
  joinCaches,
  openCaches,
  openSupply,
  type Supply,
} from '../build/index.ts'
import { type Context, hostPlatform, type Platform, parseDigest, parseFetchReference } from '../core/index.ts'
import type { Lease } from '../store/index.ts'
import type { Shelf } from '../transfer/index.ts'
import type { BuildOptions, CacheExport, CacheImport } from './api/index.ts'
import type { Rooms } from './workshop.ts'

export interface BuildCaches {
  readonly supply: Supply
  readonly caches: Caches
  /** Whether there are any caches to look into. */
  readonly given: boolean
  readonly targets: readonly CacheTarget[]
  readonly inline: boolean
}

/** Reads the caches to look into. Faults with `reference.invalid`. */
export async function openBuildCaches(
  { cacheFrom = [], cacheTo = [] }: Pick<BuildOptions, 'cacheFrom' | 'cacheTo'>,
  {
    rooms,
    lease,
    platforms,
  }: { readonly rooms: Rooms; readonly lease: Lease; readonly platforms: readonly Platform[] },
  ctx: Context,
): Promise<BuildCaches> {
  const { store } = rooms
  const supply = openSupply(store, lease)
  const sources: CacheSource[] = []
  for (const source of cacheFrom) sources.push(await sourceOf(source, rooms))
  const targets: CacheTarget[] = []
  for (const target of cacheTo) if (target.kind !== 'inline') targets.push(await targetOf(target, rooms))
  const opened = await openCaches(sources, platforms.length === 0 ? [hostPlatform()] : platforms, ctx)
  return {
    supply,
    caches: joinCaches(opened, { store, supply }),
    given: sources.length > 0,
    targets,
    inline: cacheTo.some(({ kind }) => kind === 'inline'),
  }
}

async function sourceOf(source: CacheImport, rooms: Rooms): Promise<CacheSource> {
  const shelf = await shelfOf(source, rooms)
  if (source.kind === 'registry') return { name: source.ref, shelf }
  const digest = source.digest === undefined ? undefined : parseDigest(source.digest)
  return {
    name: source.directory,
    shelf: { ...shelf, manifest: (asked, ctx) => shelf.manifest(asked ?? digest, ctx) },
  }
}

async function targetOf(
  target: Exclude<CacheExport, { kind: 'inline' }>,
  rooms: Rooms,
): Promise<CacheTarget> {
  const { mode = 'min', compression, level, ignoreError = false } = target
  const name = target.kind === 'registry' ? target.ref : target.directory
  return { name, shelf: await shelfOf(target, rooms), mode, form: { compression, level }, ignoreError }
}

async function shelfOf(
  place:
    | { readonly kind: 'registry'; readonly ref: string }
    | { readonly kind: 'local'; readonly directory: string; readonly tag?: string | undefined },
  rooms: Rooms,
): Promise<Shelf> {
  const { layoutShelf, repositoryShelf } = await import('../transfer/index.ts')
  return place.kind === 'registry'
    ? repositoryShelf(await rooms.registry(), parseFetchReference(place.ref))
    : layoutShelf(path.resolve(place.directory), place.tag ?? 'latest')
}
