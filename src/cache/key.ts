// The identity of a build step: what it is a function of, part by part. The digest says whether a result can be used again; the parts
// say why not. There is one kind of key: a step's own parts and the chain id of the file system below it, so a step whose rebuilt
// result is the same as before lets the steps below it hit again.
import { createHash } from 'node:crypto'
import { type Digest, digestOfHex, sha256 } from '../core/index.ts'

/** One thing a step depends on. A `secret` value is kept only as its digest. */
export type KeyPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  /** `name` enters the key; `path` is what people know the file as. `state` is mode, owner and kind; `content` a digest or a link's target. */
  | {
      readonly kind: 'file'
      readonly name: string
      readonly path: string
      readonly state: string
      readonly content: string
    }

export interface CacheKey {
  readonly digest: Digest
  readonly parts: readonly KeyPart[]
}

/** A call costs as much as hashing some hundred bytes. */
const hashedAtOnce = 1 << 14

/** The key of some parts; their order does not matter. */
export function keyOf(parts: readonly KeyPart[]): CacheKey {
  const hash = createHash('sha256')
  let lines = ''
  for (const part of [...parts].sort(compareParts)) {
    const own =
      part.kind === 'field' ? ['field', part.name, part.value] : ['file', part.name, part.state, part.content]
    lines += `${JSON.stringify(own)}\n`
    if (lines.length < hashedAtOnce) continue
    hash.update(lines)
    lines = ''
  }
  hash.update(lines)
  return { digest: digestOfHex(hash.digest('hex')), parts }
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a.kind === 'field')
    return b.kind === 'file' ? -1 : compareText(a.name, b.name) || compareText(a.value, b.value)
  if (b.kind === 'field') return 1
  return compareText(a.name, b.name) || compareText(a.state, b.state) || compareText(a.content, b.content)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function field(name: string, value: string): KeyPart {
  return { kind: 'field', name, value }
}

/** A value that must not be readable in a recipe. */
export function secretField(name: string, value: string): KeyPart {
  return { kind: 'field', name, value: `digest ${sha256(value)}` }
}

/** The part that stands for all layers below a step. */
export const belowName = 'below'
