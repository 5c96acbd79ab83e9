// Puts the parts of the store together. Opening reads two pragmas; a directory in `work/` and a lease come only with the first write.
import path from 'node:path'
import type { DiffId, Digest } from '../core/index.ts'
import { openBlobs } from './blobs.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import { collect } from './collect.ts'
import { openImages } from './images.ts'
import { openLayers } from './layers.ts'
import { openLeases } from './lease.ts'
import { openMounts } from './mounts.ts'
import { type Owner, openOwner, sweepDead } from './owner.ts'
import { openPlaces } from './places.ts'
import { openBuilds, openContextDigests, openRecords } from './records.ts'
import { openRefs } from './refs.ts'
import { openScans } from './scans.ts'
import type { Store, StoreOptions } from './types.ts'
import { usage } from './usage.ts'
import { verify } from './verify.ts'

/**
 * Opens the store in `root`, making it where there is none. Any number of processes may have it open.
 * Faults: `store.unwritable`, `store.version`, `store.locked`.
 */
export function openStore(root: string, { exits = false }: StoreOptions = {}): Store {
  const directory = path.resolve(root)
  const catalog: Catalog = openCatalog(directory)
  let owner: Owner | undefined
  const getOwner = (): Owner => {
    if (owner !== undefined) return owner
    owner = openOwner(directory, catalog)
    if (sweepDead(directory, catalog) === 'swept') refs.repair()
    return owner
  }
  const work = () => getOwner().work
  const isHere = (item: Digest | DiffId): boolean => blobs.has(item as Digest)
  const leases = openLeases(catalog, getOwner, isHere)
  const blobs = openBlobs({ root: directory, catalog, leases, work })
  const layers = openLayers({ root: directory, catalog, leases, blobs, work })
  const images = openImages({ catalog, leases, blobs, layers })
  const refs = openRefs({ root: directory, work, catalog, leases, blobs })
  const records = openRecords(catalog, leases, isHere)
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    records.flush()
    layers[Symbol.dispose]()
    owner?.close()
    if (!exits) catalog.close()
  }
  return {
    root: directory,
    get work() {
      return work()
    },
    blobs,
    layers,
    images,
    refs,
    records,
    contextDigests: openContextDigests(catalog),
    builds: openBuilds(directory, catalog),
    scans: openScans(catalog),
    mounts: openMounts(directory, catalog, leases),
    places: openPlaces(catalog),
    index: layers.index,
    tarPath: layers.tarPath,
    lease() {
      const lease = leases.open()
      return {
        hold: lease.hold,
        [Symbol.dispose]() {
          records.flush()
          lease[Symbol.dispose]()
        },
      }
    },
    collect: (options, ctx) => collect({ root: directory, catalog, repair: refs.repair }, options, ctx),
    usage: () => usage(directory, catalog),
    verify: (ctx) => verify({ root: directory, catalog, repair: refs.repair }, ctx),
    close,
    [Symbol.dispose]: close,
  }
}
