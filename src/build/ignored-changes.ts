// Files that came or went for a step because an ignore file changed: the difference of two keys alone cannot tell that.
import { type KeyPart, note, noteOf, type PartChange } from '../cache/index.ts'
import { compilePatterns, type Ignore } from '../dockerfile/index.ts'

const name = 'ignore'

/** The note that keeps the rules of today for a later comparison. */
export function ignoreNote(ignore: Ignore): KeyPart {
  return note(name, JSON.stringify(ignore.patterns))
}

/** Says of files that are new or gone whether the rules of before or those of now hide them. */
export function withIgnored(
  changes: readonly PartChange[],
  before: Iterable<KeyPart>,
  now: Ignore | undefined,
): readonly PartChange[] {
  const patterns = noteOf(before, name)
  if (patterns === undefined || now === undefined || patterns === JSON.stringify(now.patterns)) return changes
  const then = compilePatterns(JSON.parse(patterns) as string[])
  return changes.map((change) => {
    if (change.kind !== 'file') return change
    if (change.change === 'added' && then.match(change.path).ignored) return { ...change, ignored: 'before' }
    if (change.change === 'removed' && now.match(change.path).ignored) return { ...change, ignored: 'now' }
    return change
  })
}
