// Leases: rows that keep what a running process uses from being pruned by another. A lease counts as long as its owner lives.
import type { DiffId, Digest } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import type { Owner } from './owner.ts'
import type { Lease } from './types.ts'

export interface Leases {
  open(): Lease
  /** Adds items to every open lease of this process (to an implicit one if none is open); call inside the transaction that makes them. */
  cover(items: Iterable<string>): void
}

interface Row {
  readonly id: number
  readonly held: Set<string>
}

/** `isHere` says whether a digest is stored; it is asked inside the transaction that holds it. */
export function openLeases(
  catalog: Catalog,
  owner: () => Owner,
  isHere: (item: Digest | DiffId) => boolean,
): Leases {
  const open = new Set<Row>()
  let implicit: Row | undefined
  const begin = (): Row => {
    const { name } = owner()
    return catalog.write(() => {
      catalog.run('insert into leases(owner, started) values(?, ?)', name, Date.now())
      const { id } = catalog.row<{ id: number }>('select last_insert_rowid() as id')!
      return { id, held: new Set<string>() }
    })
  }
  let seen = 0
  const forgetUndone = () => {
    if (seen === catalog.rollbacks()) return
    seen = catalog.rollbacks()
    implicit = undefined
    for (const row of open) row.held.clear()
  }
  const add = (row: Row, items: readonly string[]) => {
    const fresh = items.filter((item) => !row.held.has(item))
    if (fresh.length === 0) return
    catalog.write(() => {
      for (const item of fresh) {
        catalog.run('insert or ignore into lease_items(lease, item) values(?, ?)', row.id, item)
      }
    })
    for (const item of fresh) row.held.add(item)
  }
  const end = (row: Row) => {
    if (!open.delete(row)) return
    catalog.write(() => {
      catalog.run('delete from lease_items where lease = ?', row.id)
      catalog.run('delete from leases where id = ?', row.id)
    })
  }
  return {
    open() {
      const row = begin()
      open.add(row)
      return {
        hold: (digests) => {
          const list = [...digests]
          forgetUndone()
          add(row, list)
          return list.filter((item) => !isHere(item))
        },
        [Symbol.dispose]: () => end(row),
      }
    },
    cover(items) {
      const list = [...items]
      forgetUndone()
      if (open.size === 0) {
        implicit ??= begin()
        add(implicit, list)
      }
      for (const row of open) add(row, list)
    },
  }
}
