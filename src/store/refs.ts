// Names of images. The catalogue decides; `index.json` is rewritten in the same transaction, so that OCI tools see the same names.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Descriptor, Fault, mediaTypes } from '../core/index.ts'
import type { BlobRoom } from './blobs.ts'
import type { Catalog } from './catalog.ts'
import type { Leases } from './lease.ts'
import type { Ref, Refs } from './types.ts'

export const refNameKey = 'org.opencontainers.image.ref.name'

interface Parts {
  readonly root: string
  readonly work: () => string
  readonly catalog: Catalog
  readonly leases: Leases
  readonly blobs: BlobRoom
}

export interface RefRoom extends Refs {
  /** Makes `index.json` agree with the catalogue again: a kill between its renaming and the commit leaves it one step ahead. */
  repair(): void
}

export function openRefs({ root, work, catalog, leases, blobs }: Parts): RefRoom {
  const list = (): Ref[] =>
    catalog
      .rows<{ name: string; descriptor: string }>('select name, descriptor from refs order by name')
      .map((row) => ({ name: row.name, descriptor: JSON.parse(row.descriptor) as Descriptor }))
  const find = (name: string): Descriptor | undefined => {
    const row = catalog.row<{ descriptor: string }>('select descriptor from refs where name = ?', name)
    return row === undefined ? undefined : (JSON.parse(row.descriptor) as Descriptor)
  }
  const text = () => {
    const manifests = list().map(({ name, descriptor }) => ({
      ...descriptor,
      annotations: { ...descriptor.annotations, [refNameKey]: name },
    }))
    return JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
  }
  const target = path.join(root, 'index.json')
  const publish = () => {
    const file = path.join(work(), 'index.json')
    const fd = openSync(file, 'w', 0o644)
    writeFileSync(fd, text())
    fsyncSync(fd)
    closeSync(fd)
    renameSync(file, target)
  }
  const setAll = (refs: readonly Ref[]) => {
    const fresh = refs.filter(({ name, descriptor }) => find(name)?.digest !== descriptor.digest)
    if (fresh.length === 0) return
    catalog.write(() => {
      for (const { name, descriptor } of fresh) {
        leases.cover([descriptor.digest])
        if (!blobs.has(descriptor.digest))
          throw new Fault('blob.missing', `the store has no image ${descriptor.digest} to name ${name}`)
        catalog.run(
          'insert or replace into refs(name, digest, descriptor) values(?, ?, ?)',
          name,
          descriptor.digest,
          JSON.stringify(descriptor),
        )
      }
      publish()
    }, 'synced')
  }
  return {
    set: (name, descriptor) => setAll([{ name, descriptor }]),
    setAll,
    find,
    remove: (name) =>
      catalog.write(() => {
        const removed = catalog.run('delete from refs where name = ?', name) > 0
        if (removed) publish()
        return removed
      }, 'synced'),
    list,
    repair() {
      catalog.write(() => {
        if (!existsSync(target) || readFileSync(target, 'utf8') !== text()) publish()
      })
    },
  }
}
