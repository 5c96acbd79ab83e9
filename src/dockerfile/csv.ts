// One record of comma-separated values, as `--mount` and `--device` are written (RFC 4180; Go's encoding/csv is the measure).

/** The fields, or a sentence saying what is wrong. Empty text has no fields. */
export function parseCsvFields(text: string): readonly string[] | { readonly problem: string } {
  if (text === '') return { problem: 'EOF' }
  const fields: string[] = []
  for (let at = 0; ; ) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at)
      const field = text.slice(at, comma < 0 ? text.length : comma)
      if (field.includes('"')) return { problem: 'bare " in non-quoted-field' }
      fields.push(field)
      if (comma < 0) return fields
      at = comma + 1
      continue
    }
    let field = ''
    for (at++; ; ) {
      const end = text.indexOf('"', at)
      if (end < 0) return { problem: 'extraneous or missing " in quoted-field' }
      field += text.slice(at, end)
      at = end + 1
      if (text[at] !== '"') break
      field += '"'
      at++
    }
    fields.push(field)
    if (at === text.length) return fields
    if (text[at] !== ',') return { problem: 'extraneous or missing " in quoted-field' }
    at++
  }
}

/** Joins fields so that reading them gives the same ones. */
export function printCsvFields(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) || field === '' ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
}
