// Who is alive. Each process that writes has a directory below `work/` and holds the lock of an empty database in it: the kernel
// releases it when the process dies, however it dies, and it works across PID namespaces, where process ids do not.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Catalog } from './catalog.ts'
import { rescuePartials } from './partials.ts'

export interface Owner {
  readonly name: string
  /** Absolute. */
  readonly work: string
  /** Removes the directory and gives up the leases. */
  close(): void
}

let counter = 0

/** Makes this process's directory. */
export function openOwner(root: string, catalog: Catalog): Owner {
  counter++
  const name = `${process.pid}-${counter}-${Math.random().toString(36).slice(2, 10)}`
  const work = path.join(root, 'work', name)
  const lock = catalog.write(() => {
    mkdirSync(work, { recursive: true })
    return takeLock(work)!
  })
  return {
    name,
    work,
    close() {
      catalog.write(() => dropLeases(catalog, name))
      lock.close()
      rmSync(work, { recursive: true, force: true })
    },
  }
}

function takeLock(directory: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path.join(directory, 'lock'), { timeout: 0 })
  try {
    database.exec('pragma journal_mode = memory; begin exclusive')
    return database
  } catch {
    database.close()
    return undefined
  }
}

/** Removes the directories and leases of processes that are gone. Their names are taken in a transaction, so no newcomer is hit. */
export function sweepDead(root: string, catalog: Catalog): 'swept' | 'nobody' {
  const directory = path.join(root, 'work')
  const others = readdirSync(directory)
  if (others.length < 2 && !others.some((name) => name.startsWith('dead-'))) return 'nobody'
  let swept: 'swept' | 'nobody' = 'nobody'
  catalog.write(() => {
    for (const name of others) {
      if (name.startsWith('dead-')) continue
      const lock = tryLock(path.join(directory, name))
      if (lock === undefined) continue
      swept = 'swept'
      dropLeases(catalog, name)
      renameQuietly(path.join(directory, name), path.join(directory, `dead-${name}`))
      lock.close()
    }
    const live = new Set(readdirSync(directory))
    for (const { owner } of catalog.rows<{ owner: string }>('select distinct owner from leases'))
      if (!live.has(owner)) dropLeases(catalog, owner)
  })
  for (const name of readdirSync(directory))
    if (name.startsWith('dead-')) {
      rescuePartials(root, path.join(directory, name))
      rmSync(path.join(directory, name), { recursive: true, force: true })
    }
  return swept
}

function tryLock(directory: string): DatabaseSync | undefined {
  try {
    return takeLock(directory)
  } catch {
    return undefined
  }
}

function renameQuietly(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Its owner closed it in this moment.
  }
}

function dropLeases(catalog: Catalog, owner: string): void {
  catalog.run('delete from lease_items where lease in (select id from leases where owner = ?)', owner)
  catalog.run('delete from leases where owner = ?', owner)
}
