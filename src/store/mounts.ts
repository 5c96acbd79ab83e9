// Cache mounts: directories that outlive builds and belong to no image.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { hexOf, sha256 } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import type { Leases } from './lease.ts'
import type { CacheMounts } from './types.ts'

/** How a lease names a cache mount. */
export function mountItem(id: string): string {
  return `mount ${id}`
}

export function openMounts(root: string, catalog: Catalog, leases: Leases): CacheMounts {
  const pathOf = (name: string) => path.join(root, 'mounts', name)
  return {
    open: (id) =>
      catalog.write(() => {
        const name = hexOf(sha256(id)).slice(0, 24)
        leases.cover([mountItem(id)])
        catalog.run('insert or ignore into mounts(id, name) values(?, ?)', id, name)
        catalog.run('delete from garbage where path = ?', `mounts/${name}`)
        const made = !existsSync(pathOf(name))
        if (made) mkdirSync(pathOf(name), { recursive: true, mode: 0o755 })
        return { path: pathOf(name), made }
      }),
    list: () =>
      catalog
        .rows<{ id: string; name: string }>('select id, name from mounts order by id')
        .map(({ id, name }) => ({ id, path: pathOf(name) })),
  }
}
