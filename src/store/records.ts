// What builds leave for later builds: cache records with their recipes, digests of context files, and the builds themselves.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { DiffId, Digest } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import type { Leases } from './lease.ts'
import { logName } from './paths.ts'
import type { BuildRecord, Builds, CacheRecord, ContextDigests, Records } from './types.ts'

interface RecordRow {
  readonly key: Digest
  readonly op: Digest
  readonly slot: string
  readonly result: string
  readonly created: number
}

/** All but the recipe, which can be large and only a miss asks for. */
const columns = 'key, op, slot, result, created'

export interface RecordRoom extends Records {
  /** Writes down which records were used since the last time; done when a lease ends and at the close. */
  flush(): void
}

export function openRecords(
  catalog: Catalog,
  leases: Leases,
  isHere: (digest: Digest | DiffId) => boolean,
): RecordRoom {
  const used = new Set<Digest>()
  const usesOf = (key: Digest): (Digest | DiffId)[] =>
    catalog.rows<{ child: Digest }>('select child from edges where parent = ?', key).map((row) => row.child)
  const toRecord = (row: RecordRow): CacheRecord => ({ ...row, uses: usesOf(row.key) })
  return {
    put(record, recipe = new Uint8Array(0)) {
      catalog.write(() => {
        leases.cover([record.key, ...record.uses])
        catalog.run('delete from edges where parent = ?', record.key)
        catalog.run(
          'insert or replace into records(key, op, slot, recipe, result, created, used) values(?, ?, ?, ?, ?, ?, ?)',
          record.key,
          record.op,
          record.slot,
          recipe,
          record.result,
          record.created,
          Date.now(),
        )
        for (const child of record.uses)
          catalog.run('insert or ignore into edges(parent, child) values(?, ?)', record.key, child)
      })
    },
    get(key) {
      const row = catalog.row<RecordRow>(`select ${columns} from records where key = ?`, key)
      if (row === undefined) return undefined
      const record = toRecord(row)
      leases.cover([key, ...record.uses])
      if (!record.uses.every(isHere)) return undefined
      used.add(key)
      return record
    },
    nearest(slot, op) {
      const dockerfile = slot.slice(0, slot.indexOf(' ') + 1)
      const row =
        catalog.row<RecordRow>(
          `select ${columns} from records where slot = ? and op = ? order by used desc limit 1`,
          slot,
          op,
        ) ??
        catalog.row<RecordRow>(
          `select ${columns} from records where op = ? and substr(slot, 1, length(?)) = ? order by used desc limit 1`,
          op,
          dockerfile,
          dockerfile,
        ) ??
        catalog.row<RecordRow>(
          `select ${columns} from records where slot = ? order by used desc limit 1`,
          slot,
        ) ??
        catalog.row<RecordRow>(`select ${columns} from records where op = ? order by used desc limit 1`, op)
      return row === undefined ? undefined : toRecord(row)
    },
    recipe: (key) =>
      catalog.row<{ recipe: Uint8Array }>('select recipe from records where key = ?', key)?.recipe ??
      new Uint8Array(0),
    flush() {
      if (used.size === 0) return
      const now = Date.now()
      catalog.write(() => {
        for (const key of used) catalog.run('update records set used = ? where key = ?', now, key)
      })
      used.clear()
    },
  }
}

export function openContextDigests(catalog: Catalog): ContextDigests {
  return {
    load: (key) =>
      catalog.row<{ bytes: Uint8Array }>('select bytes from context_digests where root = ?', key)?.bytes,
    save: (key, bytes) => {
      catalog.write(() =>
        catalog.run(
          'insert or replace into context_digests(root, saved, bytes) values(?, ?, ?)',
          key,
          Date.now(),
          bytes,
        ),
      )
    },
  }
}

interface BuildRow extends Omit<BuildRecord, 'image'> {
  readonly image: Digest | null
}

export function openBuilds(root: string, catalog: Catalog): Builds {
  const toBuild = (row: BuildRow): BuildRecord => ({ ...row, image: row.image ?? undefined })
  const one = (row: BuildRow | undefined): BuildRecord | undefined =>
    row === undefined ? undefined : toBuild(row)
  return {
    save: (build, kind = 'counted') =>
      catalog.write(() => {
        const next = catalog.row<{ number: number }>(
          'select coalesce(max(number), 0) + 1 as number from builds',
        )!
        const number = kind === 'trial' ? 0 : next.number
        catalog.run(
          'insert into builds(id, number, started, ended, image, summary) values(?, ?, ?, ?, ?, ?)',
          build.id,
          number,
          build.started,
          build.ended,
          build.image ?? null,
          build.summary,
        )
        return { ...build, number }
      }),
    find: (number) =>
      one(catalog.row<BuildRow>('select * from builds where number = ? and number > 0', number)),
    ofImage: (digest, preferred) =>
      one(
        catalog.row<BuildRow>(
          'select * from builds where image = ? order by (? and number > 0) desc, ended desc, number desc limit 1',
          digest,
          preferred === 'counted' ? 1 : 0,
        ),
      ),
    list: (limit, trials) =>
      catalog
        .rows<BuildRow>(
          trials === undefined
            ? 'select * from builds where number > 0 order by number desc limit ?'
            : 'select * from builds order by ended desc limit ?',
          limit,
        )
        .map(toBuild),
    logPath(id) {
      mkdirSync(path.join(root, 'logs'), { recursive: true })
      return path.join(root, logName(id))
    },
  }
}
