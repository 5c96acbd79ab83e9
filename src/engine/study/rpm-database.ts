// The headers in rpm's SQLite database. The file comes from an image, so whoever made it may have put anything into it: only a plain
// table is read, since reading a view or a computed column would run what it says.
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * `work`: a directory for the file while it is read. What is no such database has no headers; a damaged one those before the damage. All
 * are no longer than the file.
 */
export function* sqliteHeaders(bytes: Uint8Array, work: string): Generator<Uint8Array> {
  const directory = fs.mkdtempSync(path.join(work, 'rpm-'))
  try {
    const file = path.join(directory, 'rpmdb.sqlite')
    fs.writeFileSync(file, withoutLog(bytes))
    using database = new DatabaseSync(file, { readOnly: true })
    const table = database
      .prepare("select sql from sqlite_schema where type = 'table' and name = 'Packages' and rootpage > 0")
      .get() as { sql: string } | undefined
    if (table === undefined || !/^create table/i.test(table.sql) || /\bas\b/i.test(table.sql)) return
    // rows of a file made for it may share their pages
    let left = bytes.length
    for (const { blob } of database.prepare('select blob from Packages').iterate()) {
      if (!(blob instanceof Uint8Array)) continue
      left -= blob.length
      if (left < 0) return
      yield blob
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SQLITE_ERROR')) throw thrown
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

/** Says in the file's header that no log belongs to it (SQLite's fileformat2.html, 1.3.3): a database in WAL mode opens for writing only. */
function withoutLog(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes)
  if (copy.length > 19) copy[18] = copy[19] = 1
  return copy
}
