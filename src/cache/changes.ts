// The difference between two keys, part by part.
import { belowName, isConcealed, type KeyPart } from './key.ts'

/** One part of a key that differs from an earlier key. */
export type PartChange =
  /** `before` and `after` are absent where there was or is none, and both where the value is a secret. */
  | {
      readonly kind: 'field'
      readonly name: string
      readonly change: 'added' | 'removed' | 'changed'
      readonly before?: string | undefined
      readonly after?: string | undefined
    }
  /** `ignored`: the file is there, but an ignore file hides it `now`, or hid it `before`. */
  | {
      readonly kind: 'file'
      readonly path: string
      readonly change: 'added' | 'removed' | 'content'
      readonly ignored?: 'now' | 'before' | undefined
    }
  /** Kind, mode, owner or extended attributes. `content` tells that the bytes changed, too. */
  | {
      readonly kind: 'file'
      readonly path: string
      readonly change: 'attributes'
      readonly before: string
      readonly after: string
      readonly content: boolean
    }
  | { readonly kind: 'file'; readonly path: string; readonly change: 'renamed'; readonly from: string }
  /** The layers below the step. */
  | { readonly kind: 'below' }

type FilePart = Extract<KeyPart, { kind: 'file' }>

/** All parts that differ: fields, then files, each in the order of the new key with what is gone at the end, and `below` last. */
export function changedParts(before: Iterable<KeyPart>, after: readonly KeyPart[]): PartChange[] {
  const rowOf = rowFinder(after)
  const seen = new Uint8Array(after.length)
  const changes: (PartChange | undefined)[] = new Array(after.length)
  const gone: KeyPart[] = []
  for (const was of before) {
    if (was.kind === 'note') continue
    const row = rowOf(was)
    if (row === undefined) gone.push(was)
    else {
      seen[row] = 1
      changes[row] = compare(was, after[row] as KeyPart)
    }
  }
  const added = after.filter((part, row) => seen[row] === 0 && part.kind === 'file') as FilePart[]
  const renames = pairRenames(
    gone.filter((part) => part.kind === 'file'),
    added,
  )
  const found: PartChange[] = []
  for (const [row, part] of after.entries()) {
    const change = seen[row] === 1 ? changes[row] : (renames.to.get(part) ?? appeared(part))
    if (change !== undefined) found.push(change)
  }
  for (const part of gone) if (!renames.from.has(part)) found.push(disappeared(part))
  const of = (kind: PartChange['kind']): PartChange[] => found.filter((change) => change.kind === kind)
  return [...of('field'), ...of('file'), ...of('below')]
}

/** The value of a note, where the key has it. */
export function noteOf(parts: Iterable<KeyPart>, name: string): string | undefined {
  for (const part of parts) if (part.kind === 'note' && part.name === name) return part.value
  return undefined
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

function compare(was: KeyPart, part: KeyPart): PartChange | undefined {
  if (part.kind === 'file' && was.kind === 'file') {
    const content = was.content !== part.content
    if (was.state !== part.state)
      return {
        kind: 'file',
        path: part.path,
        change: 'attributes',
        before: was.state,
        after: part.state,
        content,
      }
    return content ? { kind: 'file', path: part.path, change: 'content' } : undefined
  }
  if (part.kind !== 'field' || was.kind !== 'field' || was.value === part.value) return undefined
  if (part.name === belowName) return { kind: 'below' }
  const name = part.label ?? part.name
  if (isConcealed(was.value) || isConcealed(part.value)) return { kind: 'field', name, change: 'changed' }
  return { kind: 'field', name, change: 'changed', before: was.value, after: part.value }
}

function appeared(part: KeyPart): PartChange | undefined {
  if (part.kind === 'file') return { kind: 'file', path: part.path, change: 'added' }
  if (part.kind === 'note') return undefined
  return { kind: 'field', name: part.label ?? part.name, change: 'added', ...shown('after', part.value) }
}

function disappeared(part: KeyPart): PartChange {
  if (part.kind === 'file') return { kind: 'file', path: part.path, change: 'removed' }
  const label = part.kind === 'field' ? part.label : undefined
  return { kind: 'field', name: label ?? part.name, change: 'removed', ...shown('before', part.value) }
}

function shown(side: 'before' | 'after', value: string): { readonly [S in typeof side]?: string } {
  return isConcealed(value) ? {} : { [side]: value }
}

/** A file that is gone and a new one are the same one renamed if no other of either has their content and attributes. */
function pairRenames(
  gone: readonly FilePart[],
  added: readonly FilePart[],
): { readonly from: ReadonlySet<KeyPart>; readonly to: ReadonlyMap<KeyPart, PartChange> } {
  const from = new Set<KeyPart>()
  const to = new Map<KeyPart, PartChange>()
  const old = byContent(gone)
  for (const [content, part] of byContent(added)) {
    const was = old.get(content)
    if (part === 'several' || was === undefined || was === 'several') continue
    from.add(was)
    to.set(part, { kind: 'file', path: part.path, change: 'renamed', from: was.path })
  }
  return { from, to }
}

function byContent(parts: readonly FilePart[]): ReadonlyMap<string, FilePart | 'several'> {
  const found = new Map<string, FilePart | 'several'>()
  for (const part of parts) {
    if (part.content === '') continue
    const key = `${part.state} ${part.content}`
    found.set(key, found.has(key) ? 'several' : part)
  }
  return found
}
