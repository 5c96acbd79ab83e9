// What contents were found to hold, by their digest: a content is looked at once, in however many layers and images it is.
import type { Catalog } from './catalog.ts'
import type { Scanned, Scans } from './types.ts'

export function openScans(catalog: Catalog): Scans {
  return {
    find: (content, { profile, rules }) =>
      catalog.row<{ found: string }>(
        'select found from scanned where content = ? and profile = ? and rules = ?',
        content,
        profile,
        rules,
      )?.found,
    save(rules: string, rows: readonly Scanned[]) {
      if (rows.length === 0) return
      catalog.write(() => {
        catalog.run('delete from scanned where rules <> ?', rules)
        for (const { content, profile, found } of rows)
          catalog.run(
            'insert or replace into scanned(content, profile, rules, found) values(?, ?, ?, ?)',
            content,
            profile,
            rules,
            found,
          )
      })
    },
  }
}
