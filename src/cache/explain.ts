// Why a step missed, in words.
import { spellName } from '../core/index.ts'
import type { PartChange } from './changes.ts'

export type Miss =
  /** The nearest earlier record, made at `since` (milliseconds since the epoch), differs. `more`: changes beyond those listed. */
  | {
      readonly kind: 'changed'
      readonly changes: readonly PartChange[]
      readonly more: number
      readonly since: number
    }
  /** Nothing like it was recorded. */
  | { readonly kind: 'new' }
  /** It was recorded, but its layer is no longer stored. */
  | { readonly kind: 'gone' }
  /** The build was told not to use the cache. */
  | { readonly kind: 'unasked' }

/** So many changes of one step are kept. */
const mostChanges = 1000

/** What `changes` since an earlier record make of a step. */
export function missOf(changes: readonly PartChange[], since: number): Miss {
  if (changes.length === 0) return { kind: 'gone' }
  if (changes.some((change) => change.kind === 'field' && change.name === 'instruction'))
    return { kind: 'new' }
  const kept = changes.slice(0, mostChanges)
  return { kind: 'changed', changes: kept, more: changes.length - kept.length, since }
}

/** One line for people. Of changes the first that is the step's own is named, the rest are counted. */
export function explainMiss(miss: Miss): string {
  switch (miss.kind) {
    case 'new':
      return 'nothing like it was built before'
    case 'gone':
      return 'its layer is no longer stored'
    case 'unasked':
      return 'the cache was not asked'
    case 'changed':
      return explainChanges(miss.changes, miss.more)
  }
}

function explainChanges(changes: readonly PartChange[], uncounted: number): string {
  const own = changes.filter(({ kind }) => kind !== 'below')
  const [first, ...others] = own.length > 0 ? own : changes
  if (first === undefined) return ''
  const text = explainChange(first)
  const rest = others.length + uncounted
  if (rest === 0) return text
  const noun = others.every(({ kind }) => kind === 'file') ? 'file' : 'change'
  return `${text} (and ${rest} more ${noun}${rest === 1 ? '' : 's'})`
}

/** One change as a clause: `src/app.py content changed`. */
export function explainChange(change: PartChange): string {
  switch (change.kind) {
    case 'below':
      return 'the layers below changed'
    case 'field':
      return explainField(change)
    case 'file':
      return explainFile(change)
  }
}

function explainFile(change: Extract<PartChange, { kind: 'file' }>): string {
  const path = spellName(change.path)
  switch (change.change) {
    case 'added':
      return `${path} is new${change.ignored === 'before' ? ' (.dockerignore hid it before)' : ''}`
    case 'removed':
      return `${path} is gone${change.ignored === 'now' ? ' (.dockerignore hides it now)' : ''}`
    case 'content':
      return `${path} content changed`
    case 'renamed':
      return `${path} was ${spellName(change.from)} before`
    case 'attributes':
      return `${path} ${explainAttributes(change.before, change.after)}${change.content ? ', and its content' : ''}`
  }
}

/** States are `kind mode owner [what else there is]`. */
function explainAttributes(before: string, after: string): string {
  const names = ['kind', 'mode', 'owner'] as const
  const [was, is] = [before.split(' '), after.split(' ')]
  const changes = names.flatMap((name, i) =>
    was[i] === is[i] ? [] : [`${name} changed from ${was[i]} to ${is[i]}`],
  )
  const [first = 'attributes changed'] = changes
  return changes.length > 1 && was[0] !== is[0] ? first : changes.join(', ') || first
}

function explainField({ name, change, before, after }: Extract<PartChange, { kind: 'field' }>): string {
  if (change === 'added') return `${name} is new`
  if (change === 'removed') return `${name} is gone`
  if (before === undefined || after === undefined) return `${name} changed`
  return `${name} changed from ${shorten(before)} to ${shorten(after)}`
}

function shorten(value: string): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`
}
