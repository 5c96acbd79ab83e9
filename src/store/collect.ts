// Pruning. What goes is decided and struck from the catalogue in one transaction; files are moved away in a second one, each only if
// nobody has stored it anew; a kill between the two leaves rows in `garbage` for the next prune.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Context, DiffId, Digest } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import { sizeOf } from './disk.ts'
import { mountItem } from './mounts.ts'
import { sweepDead } from './owner.ts'
import { listPartials } from './partials.ts'
import { blobName, derivedPaths, logName } from './paths.ts'
import { loadEdges, reachable } from './reach.ts'
import type { Collected, CollectOptions } from './types.ts'

interface Parts {
  readonly root: string
  readonly catalog: Catalog
  /** Brings `index.json` up to date after a death. */
  readonly repair: () => void
}

interface Doomed {
  readonly images: readonly { readonly manifest: Digest; readonly config: Digest }[]
  readonly layers: readonly DiffId[]
  readonly blobs: readonly Digest[]
  readonly records: readonly Digest[]
  /** Ids of builds. */
  readonly builds: readonly string[]
  readonly mounts: readonly { readonly id: string; readonly name: string }[]
  /** What is known of contexts goes that was saved before: milliseconds since the epoch. It is found out again. */
  readonly contextsBefore: number
  /** What scans remember of contents; made again when next asked for. */
  readonly scans: boolean
}

const week = 7 * 24 * 3600 * 1000
/** A file without a row may be one whose writer is between rename and commit; the transaction excludes that, so age need not. */
const digestName = /^[0-9a-f]{64}$/

export async function collect(
  { root, catalog, repair }: Parts,
  options: CollectOptions,
  ctx: Context,
): Promise<Collected> {
  ctx.signal.throwIfAborted()
  if (options.dryRun !== true && sweepDead(root, catalog) === 'swept') repair()
  const { doomed, garbage } = catalog.write(() => {
    const chosen = choose(catalog, options)
    const broken = options.within === undefined ? listPartials(root) : []
    const paths = pathsOf(chosen, [...broken, ...(options.dryRun === true ? [] : strays(root, catalog))])
    if (options.dryRun !== true) strike(catalog, chosen, paths)
    return { doomed: chosen, garbage: paths }
  })
  const freedBytes = garbage.reduce((sum, name) => sum + sizeOf(path.join(root, name)), 0)
  if (options.dryRun !== true) sweepGarbage(root, catalog)
  return {
    images: [...new Set(doomed.images.map((image) => image.config))],
    layers: doomed.layers,
    blobs: doomed.blobs.length,
    records: doomed.records.length,
    builds: doomed.builds.length,
    cacheMounts: doomed.mounts.map((mount) => mount.id),
    freedBytes,
  }
}

function choose(catalog: Catalog, options: CollectOptions): Doomed {
  const keepNewer =
    options.all === true ? Number.MAX_SAFE_INTEGER : (options.keepCacheNewerThan ?? Date.now() - week)
  const leased = new Set(
    catalog.rows<{ item: string }>('select distinct item from lease_items').map((row) => row.item),
  )
  const refs = catalog.rows<{ digest: Digest }>('select digest from refs').map((row) => row.digest)
  const records = catalog.rows<{ key: Digest; used: number }>('select key, used from records')
  const edges = loadEdges(catalog)
  const scope = options.within === undefined ? undefined : reachable(options.within, edges)
  const inScope = (item: string): boolean => scope === undefined || scope.has(item)
  const dropped = records
    .filter(({ key, used }) => scope === undefined && used < keepNewer && !leased.has(key))
    .map(({ key }) => key)
  const gone = new Set<string>(dropped)
  const kept = records.map(({ key }) => key).filter((key) => !gone.has(key))
  const live = reachable([...refs, ...leased, ...kept], edges)
  const mounts =
    options.cacheMounts === undefined || options.cacheMounts === false
      ? []
      : catalog
          .rows<{ id: string; name: string }>('select id, name from mounts')
          .filter(
            ({ id }) =>
              options.cacheMounts === true || (options.cacheMounts as readonly string[]).includes(id),
          )
  const images = catalog
    .rows<{ manifest: Digest; config: Digest }>('select manifest, config from images')
    .filter(({ manifest }) => inScope(manifest) && !live.has(manifest))
  return {
    images,
    layers: catalog
      .rows<{ diff: DiffId }>('select diff from layers')
      .map((row) => row.diff)
      .filter((diff) => inScope(diff) && !live.has(diff)),
    blobs: catalog
      .rows<{ digest: Digest }>('select digest from blobs')
      .map((row) => row.digest)
      .filter((digest) => inScope(digest) && !live.has(digest)),
    records: dropped,
    builds: scope === undefined ? forgotten(catalog, images, keepNewer) : [],
    mounts: mounts.filter(({ id }) => !leased.has(mountItem(id))),
    contextsBefore: scope === undefined ? keepNewer : 0,
    scans: options.all === true && scope === undefined,
  }
}

/** Builds that ended before `keepNewer`, but for the last of all and the last of each image that stays. */
function forgotten(catalog: Catalog, goneImages: Doomed['images'], keepNewer: number): readonly string[] {
  const gone = new Set(goneImages.map(({ manifest }) => manifest))
  const wanted = new Set(
    catalog
      .rows<{ manifest: Digest; config: Digest }>('select manifest, config from images')
      .flatMap(({ manifest, config }) => (gone.has(manifest) ? [] : [config])),
  )
  return catalog
    .rows<{ id: string; ended: number; image: Digest | null }>(
      'select id, ended, image from builds order by number desc, ended desc',
    )
    .filter(({ image, ended }, i) => {
      const lastOfImage = image !== null && wanted.delete(image)
      return !lastOfImage && i > 0 && ended < keepNewer
    })
    .map(({ id }) => id)
}

function pathsOf(doomed: Doomed, more: readonly string[]): readonly string[] {
  return [
    ...doomed.blobs.map(blobName),
    ...doomed.layers.flatMap(derivedPaths),
    ...doomed.mounts.map(({ name }) => `mounts/${name}`),
    ...doomed.builds.map(logName),
    ...more,
  ]
}

/** Files that no row speaks of: left by a kill between a rename and its commit. */
function strays(root: string, catalog: Catalog): readonly string[] {
  const known = new Set(catalog.rows<{ digest: string }>('select digest from blobs').map((row) => row.digest))
  const found = names(path.join(root, 'blobs/sha256'))
    .filter((hex) => digestName.test(hex) && !known.has(`sha256:${hex}`))
    .map((hex) => `blobs/sha256/${hex}`)
  const indexes = names(path.join(root, 'index/sha256'))
    .filter(
      (name) => !known.has(`sha256:${name.slice(0, 64)}`) && isOld(path.join(root, 'index/sha256', name)),
    )
    .map((name) => `index/sha256/${name}`)
  const builds = new Set(catalog.rows<{ id: string }>('select id from builds').map(({ id }) => logName(id)))
  const logs = names(path.join(root, 'logs'))
    .map((name) => `logs/${name}`)
    .filter((name) => !builds.has(name) && isOld(path.join(root, name)))
  return [...found, ...indexes, ...logs]
}

/** An index is written shortly before its layer is registered. */
function isOld(file: string): boolean {
  try {
    return statSync(file).mtimeMs < Date.now() - 3600 * 1000
  } catch {
    return false
  }
}

function names(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

function strike(catalog: Catalog, doomed: Doomed, paths: readonly string[]): void {
  for (const { manifest } of doomed.images) {
    catalog.run('delete from images where manifest = ?', manifest)
    catalog.run('delete from published where image = ?', manifest)
  }
  for (const diff of doomed.layers) catalog.run('delete from layers where diff = ?', diff)
  for (const digest of doomed.blobs) {
    catalog.run('delete from blobs where digest = ?', digest)
    for (const table of ['compressed', 'packings', 'places'])
      catalog.run(`delete from ${table} where digest = ?`, digest)
    catalog.run('delete from edges where parent = ?', digest)
  }
  for (const key of doomed.records) {
    catalog.run('delete from records where key = ?', key)
    catalog.run('delete from edges where parent = ?', key)
  }
  for (const id of doomed.builds) catalog.run('delete from builds where id = ?', id)
  catalog.run('delete from context_digests where saved < ?', doomed.contextsBefore)
  if (doomed.scans) catalog.run('delete from scanned')
  for (const { id } of doomed.mounts) catalog.run('delete from mounts where id = ?', id)
  for (const name of paths) catalog.run('insert or ignore into garbage(path) values(?)', name)
}

/** Moves what is garbage out of the way, then removes it at leisure. */
function sweepGarbage(root: string, catalog: Catalog): void {
  const aside = path.join(root, 'work', `dead-${process.pid}-${Date.now()}`)
  catalog.write(() => {
    mkdirSync(aside, { recursive: true })
    const rows = catalog.rows<{ path: string }>('select path from garbage')
    rows.forEach(({ path: name }, i) => {
      moveAside(path.join(root, name), path.join(aside, String(i)))
    })
    catalog.run('delete from garbage')
  })
  rmSync(aside, { recursive: true, force: true })
}

/** What is not there is gone already: a download takes its beginning out of `partial/` at any time. */
function moveAside(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
  }
}
