// Why a step missed: the difference between its key and that of the nearest earlier record, in one line.
import { belowName, type KeyPart } from './key.ts'

export type PartChange =
  | {
      readonly kind: 'field'
      readonly name: string
      readonly before: string | undefined
      readonly after: string | undefined
    }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly change: 'added' | 'removed' | 'content' | 'attributes'
    }

/** All parts that differ, fields before files, what is gone last of each, and what is below the step last of all. */
export function changedParts(before: Iterable<KeyPart>, after: readonly KeyPart[]): PartChange[] {
  const rowOf = rowFinder(after)
  const changes: (PartChange | 'none' | undefined)[] = new Array(after.length)
  const gone: PartChange[] = []
  for (const was of before) {
    const row = rowOf(was)
    if (row !== undefined) changes[row] = compare(was, after[row] as KeyPart) ?? 'none'
    else if (was.kind === 'field')
      gone.push({ kind: 'field', name: was.name, before: was.value, after: undefined })
    else gone.push({ kind: 'file', path: was.path, change: 'removed' })
  }
  const fields: PartChange[] = []
  const files: PartChange[] = []
  const below: PartChange[] = []
  const sort = (change: PartChange): void => {
    if (change.kind === 'file') files.push(change)
    else (change.name === belowName ? below : fields).push(change)
  }
  for (const [row, part] of after.entries()) {
    const change = changes[row] ?? compare(undefined, part)
    if (change !== undefined && change !== 'none') sort(change)
  }
  gone.forEach(sort)
  return [...fields, ...files, ...below]
}

/** Finds parts by kind and name, asked in nearly the order in which they stand: only what is out of order needs a look-up. */
function rowFinder(parts: readonly KeyPart[]): (part: KeyPart) => number | undefined {
  let next = 0
  let rows: Map<string, number> | undefined
  return (part) => {
    const expected = parts[next]
    if (expected?.kind === part.kind && expected.name === part.name) return next++
    rows ??= new Map(parts.map((one, row) => [identity(one), row]))
    const row = rows.get(identity(part))
    if (row !== undefined) next = row + 1
    return row
  }
}

function identity(part: KeyPart): string {
  return `${part.kind} ${part.name}`
}

function compare(was: KeyPart | undefined, part: KeyPart): PartChange | undefined {
  if (part.kind === 'field') {
    const before = was?.kind === 'field' ? was.value : undefined
    return before === part.value ? undefined : { kind: 'field', name: part.name, before, after: part.value }
  }
  if (was?.kind !== 'file') return { kind: 'file', path: part.path, change: 'added' }
  if (was.content !== part.content) return { kind: 'file', path: part.path, change: 'content' }
  if (was.state !== part.state) return { kind: 'file', path: part.path, change: 'attributes' }
  return undefined
}

/** The changes as one line for people; `undefined` when nothing differs. The first is named, the rest are counted. */
export function explainChanges(changes: readonly PartChange[]): string | undefined {
  const own = changes.filter((change) => !(change.kind === 'field' && change.name === belowName))
  const [first, ...rest] = own.length > 0 ? own : changes
  if (first === undefined) return undefined
  const text = first.kind === 'field' ? explainField(first) : explainFile(first)
  if (rest.length === 0) return text
  const what = rest.every((change) => change.kind === 'file')
    ? rest.length === 1
      ? 'file'
      : 'files'
    : rest.length === 1
      ? 'change'
      : 'changes'
  return `${text} (and ${rest.length} more ${what})`
}

function explainFile({ path, change }: Extract<PartChange, { kind: 'file' }>): string {
  switch (change) {
    case 'added':
      return `${path} is new`
    case 'removed':
      return `${path} is gone`
    case 'content':
      return `${path} content changed`
    case 'attributes':
      return `${path} mode or owner changed`
  }
}

function explainField({ name, before, after }: Extract<PartChange, { kind: 'field' }>): string {
  if (name === belowName) return 'the layers below changed'
  const hidden = [before, after].some((value) => value?.startsWith('digest '))
  if (before === undefined) return `${name} is new`
  if (after === undefined) return `${name} is gone`
  if (hidden) return `${name} changed`
  return `${name} changed from ${shorten(before)} to ${shorten(after)}`
}

function shorten(value: string): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`
}
