// What the page is given besides its markup: a head in JSON and the table of all paths in columns (`pack.ts` writes it,
// `page/paths.ts` reads it). Types and lists only, shared by the program and the page's own script.

/** Why the bytes of an event do not show in the end; the number in the `fate` column. */
export const fates = ['visible', 'deleted', 'overwritten', 'metadataOnly'] as const

/** What a layer does to a path; the number in the `act` column. */
export const acts = ['unmodified', 'added', 'modified', 'attributesOnly', 'removed'] as const

/** What a layer has at a path; the number in the `kind` column. `implied`: a directory that it only has something in. */
export const kinds = [
  'implied',
  'directory',
  'file',
  'symlink',
  'hardlink',
  'char',
  'block',
  'fifo',
  'whiteout',
] as const
export type Kind = (typeof kinds)[number]

/** Bits of the `marks` column: bytes that an earlier path has too, bytes of a cache that nothing needs. */
export const duplicateMark = 1
export const cacheMark = 2

/**
 * The columns in the order in which they follow each other. `names` are UTF-8 ended by NUL, the rest LEB128 numbers:
 * `depth` and `events` (how many follow for it) one a path, the others one an event. `by` is 0 where the event shows in the
 * end, else one more than the layer that hides it.
 */
export const columns = [
  'names',
  'depth',
  'events',
  'layer',
  'kind',
  'act',
  'size',
  'fate',
  'by',
  'marks',
] as const
export type Column = (typeof columns)[number]

export interface PageHead {
  /** Bottom first: the instruction of each layer as it is shown. */
  readonly layers: readonly string[]
  /** How many paths and events the columns hold, and the bytes of each column. */
  readonly rows: number
  readonly events: number
  readonly bytes: Readonly<Record<Column, number>>
}
