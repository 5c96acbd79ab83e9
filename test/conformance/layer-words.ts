// Entries as a case states them and as we find them, in the same words.
import type { Entry } from '../../src/layer/index.ts'
import type { Bytes } from './layer-tree.ts'

export interface ExpectedEntry {
  readonly name?: string
  readonly whiteout?: string
  readonly type?: string
  readonly mode?: string
  readonly content?: Bytes
  readonly target?: string
  readonly mtime?: string
}

/** For each name the first name of its file. */
export function groupLinks(
  names: readonly (readonly [string, string | undefined])[],
): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>()
  for (const [name, target] of names) if (target === undefined) groups.set(name, [name])
  for (const [name, target] of names) {
    if (target === undefined) continue
    const group = groups.get(target)
    group?.push(name)
    if (group !== undefined) groups.set(name, group)
  }
  return new Map([...groups].map(([name, group]) => [name, [...group].sort().join(' ')]))
}

/** An entry in words that two equal entries share. */
export function describe(entry: Entry, groups: ReadonlyMap<string, string>): string {
  if (entry.kind === 'directory') return `${entry.path} dir ${entry.meta.mode.toString(8)}`
  if (entry.kind === 'file' || entry.kind === 'hardlink')
    return `${entry.path} file of ${groups.get(entry.path)}`
  return `${entry.path} ${entry.kind}`
}

/** The same words for what a case expects. */
export function describeExpected(
  entry: ExpectedEntry,
  { nameOf, groups }: { nameOf: (text: string) => string; groups: ReadonlyMap<string, string> },
): string {
  if (entry.whiteout !== undefined) return `${nameOf(entry.whiteout)} whiteout`
  const name = nameOf(entry.name ?? '')
  if (entry.type === 'dir') return `${name} dir ${entry.mode}`
  if (entry.type === 'file' || entry.type === 'hardlink') return `${name} file of ${groups.get(name)}`
  return `${name} ${entry.type}`
}
