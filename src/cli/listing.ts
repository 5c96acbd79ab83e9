// Prints data in the ways docker offers: a table, one JSON object a row, a template; and `--json`, the engine's own shape.
import type { Flag } from './flags.ts'
import type { Shell } from './shell.ts'
import { printTable } from './text/table.ts'
import { fieldsOf, fillTemplate, parseTemplate } from './text/template.ts'

export const jsonFlag = {
  kind: 'switch',
  about: 'Print the data as one JSON document',
} as const satisfies Flag

export const listFlags = {
  json: jsonFlag,
  format: {
    kind: 'text',
    value: 'string',
    about: "Format: 'table', 'table TEMPLATE', 'json' (one object a line) or a template such as '{{.ID}}'",
  },
} as const satisfies Record<string, Flag>

export interface Listing {
  /** What `--json` prints. */
  readonly data: unknown
  /** What templates see, with docker's field names; one a row. */
  readonly objects: readonly Readonly<Record<string, string>>[]
  /** Heading and rows. */
  readonly table: readonly (readonly string[])[]
}

export function writeListing(
  shell: Shell,
  flags: { readonly json: boolean; readonly format: string | undefined },
  listing: Listing,
): void {
  if (flags.json) writeJson(shell, listing.data)
  else shell.out.write(printListing(listing, flags.format ?? 'table'))
}

function printListing({ objects, table }: Listing, format: string): string {
  if (format === 'table') return printTable(table)
  if (format === 'json') return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
  const asTable = format.startsWith('table ')
  const template = parseTemplate(asTable ? format.slice(6) : format)
  const rows = objects.map((object) => fillTemplate(template, object))
  if (!asTable) return rows.map((row) => `${row}\n`).join('')
  const heading = fieldsOf(template).map((field) => headings[field] ?? spell(field))
  return printTable([heading, ...rows.map((row) => row.split('\t'))])
}

const headings: Readonly<Record<string, string>> = { ID: 'IMAGE ID', CreatedSince: 'CREATED' }

/** `CreatedBy` → `CREATED BY`. */
function spell(field: string): string {
  return field.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase()
}

/** One document, indented, with a newline at its end. */
export function writeJson(shell: Shell, value: unknown): void {
  shell.out.write(`${JSON.stringify(value, undefined, 2)}\n`)
}
