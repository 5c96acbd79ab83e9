// The catalogue: one SQLite database in WAL mode. Statements are prepared when first used; everything that changes it runs in
// `write`, a BEGIN IMMEDIATE transaction, so that two processes never decide on the same old facts.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Fault } from '../core/index.ts'

export interface Catalog {
  /** The first row, or `undefined`. Columns are what the caller says they are. */
  row<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  rows<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  /** Changes something; returns the number of rows changed. Call it inside `write`. */
  run(sql: string, ...values: SQLInputValue[]): number
  /**
   * Runs `work` in one transaction: all or nothing. Nested calls join the outer one. A kill loses nothing of it; a crash of the machine
   * may lose all of it, unless it is `synced`.
   */
  write<Result>(work: () => Result, durability?: 'synced' | 'cached'): Result
  /** How many transactions were undone: what was remembered of them is void. */
  rollbacks(): number
  close(): void
}

const busyMilliseconds = 30_000

/** What brings a catalogue to the next version; the first makes a new one. A released entry never changes: append another. */
const upgrades: readonly string[] = [
  `
create table blobs(digest text primary key, size integer not null, boot text) without rowid;
create table layers(diff text primary key, tar_size integer not null, content_size integer not null, entries integer not null) without rowid;
create table compressed(digest text primary key, diff text not null, size integer not null, media_type text not null) without rowid;
create index compressed_diff on compressed(diff);
create table images(manifest text primary key, media_type text not null, config text not null, created text, platform text not null,
  size integer not null, layers text not null, added integer not null) without rowid;
create index images_config on images(config);
create table edges(parent text not null, child text not null, primary key(parent, child)) without rowid;
create table refs(name text primary key, digest text not null, descriptor text not null) without rowid;
create table leases(id integer primary key, owner text not null, started integer not null);
create table lease_items(lease integer not null, item text not null, primary key(lease, item)) without rowid;
create table records(key text primary key, op text not null, slot text not null, recipe blob not null, result text not null,
  created integer not null, used integer not null) without rowid;
create index records_slot on records(slot, used);
create index records_op on records(op, used);
create table context_digests(root text primary key, bytes blob not null) without rowid;
create table builds(id text primary key, started integer not null, ended integer not null, image text, summary text not null) without rowid;
create index builds_image on builds(image);
create index builds_started on builds(started);
create table mounts(id text primary key, name text not null) without rowid;
create table garbage(path text primary key) without rowid;
`,
  // builds are counted, and what must not be readable is kept as a digest with the store's own salt
  `
alter table builds add column number integer not null default 0;
update builds set number = (select count(*) from builds as earlier where earlier.started <= builds.started);
create index builds_number on builds(number);
create table salt(bytes blob not null);
insert into salt(bytes) values(randomblob(32));
`,
  // what compressing a layer at a level gave; which repositories have a blob; what images are called by digest in repositories
  `
create table packings(diff text not null, how text not null, digest text not null, primary key(diff, how)) without rowid;
create table places(digest text not null, repository text not null, primary key(digest, repository)) without rowid;
create table published(image text not null, repository text not null, digest text not null,
  primary key(image, repository, digest)) without rowid;
`,
  // what contents were found to hold, by the 32 bytes of their digest
  `
create table scanned(content blob not null, profile text not null, rules text not null, found text not null,
  primary key(content, profile)) without rowid;
`,
  // digests of secret values are made without a salt, so that other machines make the same ones
  'drop table salt;',
  // when what is known of a context was saved, so that it can be forgotten; what there was is found out again
  `
drop table context_digests;
create table context_digests(root text primary key, saved integer not null, bytes blob not null) without rowid;
create index context_digests_saved on context_digests(saved);
`,
]
const version = upgrades.length

/** Opens the catalogue of a store, making both where there is none. Faults: `store.version`, `store.unwritable`, `store.locked`. */
export function openCatalog(root: string): Catalog {
  const database = openDatabase(root)
  const statements = new Map<string, StatementSync>()
  let undone = 0
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = database.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }
  return {
    row: <Row>(sql: string, ...values: SQLInputValue[]) => prepare(sql).get(...values) as Row | undefined,
    rows: <Row>(sql: string, ...values: SQLInputValue[]) => prepare(sql).all(...values) as Row[],
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    write: (work, durability) =>
      synced(database, durability === 'synced', () =>
        inTransaction(database, work, () => {
          undone++
        }),
      ),
    rollbacks: () => undone,
    close: () => database.close(),
  }
}

/** In WAL mode SQLite syncs a commit only where it is told `full` (sqlite.org/pragma.html#pragma_synchronous). */
function synced<Result>(database: DatabaseSync, wanted: boolean, work: () => Result): Result {
  if (!wanted || database.isTransaction) return work()
  database.exec('pragma synchronous = full')
  try {
    return work()
  } finally {
    database.exec('pragma synchronous = normal')
  }
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result, undone: () => void): Result {
  if (database.isTransaction) return work()
  try {
    database.exec('begin immediate')
  } catch (cause) {
    throw asStoreFault(cause)
  }
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (thrown) {
    if (database.isTransaction) database.exec('rollback')
    undone()
    throw asStoreFault(thrown)
  }
}

/** SQLite's result codes that have a meaning for people (sqlite.org/rescode.html); other errors stay as they are. */
function asStoreFault(cause: unknown): unknown {
  const code = (cause as { errcode?: number }).errcode
  if (code === undefined) return cause
  switch (code & 0xff) {
    case 5:
    case 6:
      return new Fault('store.locked', 'another process has kept the store locked for 30 seconds', {
        hint: 'Try again when it has finished.',
        cause,
      })
    case 8:
    case 13:
    case 14:
      return new Fault(
        'store.unwritable',
        `the store's catalogue cannot be written: ${(cause as Error).message}`,
        {
          hint: 'Check its permissions and the free space, or choose another store with --root.',
          cause,
        },
      )
    default:
      return cause
  }
}

function openDatabase(root: string): DatabaseSync {
  const file = path.join(root, 'peel.db')
  try {
    let database = tryOpen(file)
    if (database === undefined) {
      makeLayout(root)
      database = new DatabaseSync(file, { timeout: busyMilliseconds })
    }
    database.exec('pragma synchronous = normal')
    if (formatOf(database) < version) upgrade(database, root)
    const format = formatOf(database)
    if (format > version)
      throw new Fault('store.version', `the store ${root} has format ${format}, this Peel knows ${version}`, {
        hint: 'Use the Peel that made it, or choose another store with --root.',
      })
    return database
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const fault = asStoreFault(cause)
    if (fault instanceof Fault) throw fault
    throw new Fault('store.unwritable', `the store ${root} cannot be opened: ${(cause as Error).message}`, {
      hint: 'Choose a directory that you may write with --root or PEEL_ROOT.',
      cause,
    })
  }
}

function tryOpen(file: string): DatabaseSync | undefined {
  try {
    return new DatabaseSync(file, { timeout: busyMilliseconds })
  } catch {
    return undefined
  }
}

function makeLayout(root: string): void {
  for (const name of ['blobs/sha256', 'index/sha256', 'work'])
    mkdirSync(path.join(root, name), { recursive: true })
}

function formatOf(database: DatabaseSync): number {
  return (database.prepare('pragma user_version').get() as { user_version: number }).user_version
}

/** Two processes may get here at once; the second finds the work done, by a newer Peel perhaps. */
function upgrade(database: DatabaseSync, root: string): void {
  makeLayout(root)
  database.exec('pragma journal_mode = wal')
  database.exec('begin immediate')
  const found = formatOf(database)
  for (const statements of upgrades.slice(found)) database.exec(statements)
  if (found < version) database.exec(`pragma user_version = ${version}`)
  if (found === 0) {
    writeFileSync(path.join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    writeFileSync(path.join(root, 'index.json'), '{"schemaVersion":2,"manifests":[]}')
  }
  database.exec('commit')
}
