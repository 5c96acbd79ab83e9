// The identity of a build step: what it is a function of, part by part. The digest says whether a result can be used again; the parts
// say why not. There is one kind of key: a step's own parts and the chain id of the file system below it, so a step whose rebuilt
// result is the same as before lets the steps below it hit again.
import { createHash, scryptSync } from 'node:crypto'
import { type Digest, digestOfHex } from '../core/index.ts'

/** One thing a step depends on. Of a secret value there is only a digest. */
export type KeyPart =
  /** `name` enters the key; `label` is what people know the field as, where that is another word. */
  | {
      readonly kind: 'field'
      readonly name: string
      readonly value: string
      readonly label?: string | undefined
    }
  /** `name` enters the key; `path` is what people know the file as. `state` is mode, owner and kind; `content` a digest or a link's target. */
  | {
      readonly kind: 'file'
      readonly name: string
      readonly path: string
      readonly state: string
      readonly content: string
    }
  /** Enters no key: what helps to say why other parts changed. */
  | { readonly kind: 'note'; readonly name: string; readonly value: string }

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
    if (part.kind === 'note') continue
    const quote = JSON.stringify
    lines +=
      part.kind === 'field'
        ? `["field",${quote(part.name)},${quote(part.value)}]\n`
        : `["file",${quote(part.name)},${quote(part.state)},${quote(part.content)}]\n`
    if (lines.length < hashedAtOnce) continue
    hash.update(lines)
    lines = ''
  }
  hash.update(lines)
  return { digest: digestOfHex(hash.digest('hex')), parts }
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a.kind !== 'file')
    return b.kind === 'file' ? -1 : compareText(a.name, b.name) || compareText(a.value, b.value)
  if (b.kind !== 'file') return 1
  return compareText(a.name, b.name) || compareText(a.state, b.state) || compareText(a.content, b.content)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function field(name: string, value: string, label?: string): KeyPart {
  return { kind: 'field', name, value, label }
}

export function note(name: string, value: string): KeyPart {
  return { kind: 'note', name, value }
}

const secretMark = 'secret '

/** Dear on purpose (16 MiB and some 50 ms a value): who reads a key or a recipe pays that for each value that he tries. */
const dear = { N: 1 << 14, r: 8, p: 1, maxmem: 32 << 20 }

/** The part with its value as a digest: the same value gives the same on every machine, so that caches can be shared. */
export function concealed<Part extends Extract<KeyPart, { kind: 'field' }>>(part: Part): Part {
  return { ...part, value: secretMark + scryptSync(part.value, 'peel cache key', 32, dear).toString('hex') }
}

export function isConcealed(value: string): boolean {
  return value.startsWith(secretMark)
}

/** The part that stands for all layers below a step. */
export const belowName = 'below'
