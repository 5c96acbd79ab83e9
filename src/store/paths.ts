// Where things are in a store's directory. Nothing else spells these names.
import path from 'node:path'
import { type DiffId, type Digest, hexOf } from '../core/index.ts'

export function blobPath(root: string, digest: Digest | DiffId): string {
  return path.join(root, 'blobs', digest.slice(0, digest.indexOf(':')), hexOf(digest))
}

/** The rows of a layer's index; its mountable form stands beside it with the ending `.erofs`. */
export function rowsPath(root: string, id: DiffId): string {
  return path.join(root, 'index', 'sha256', `${hexOf(id)}.rows`)
}

/** All that is derived from a layer, relative to the root. */
export function derivedPaths(id: DiffId): readonly string[] {
  const hex = hexOf(id)
  return [`index/sha256/${hex}.rows`, `index/sha256/${hex}.erofs`, `tree/sha256/${hex}`]
}

/** The log of a build, relative to the root. */
export function logName(id: string): string {
  return `logs/${id}.jsonl`
}

/** Relative to the root. */
export function blobName(digest: Digest | DiffId): string {
  return `blobs/${digest.slice(0, digest.indexOf(':'))}/${hexOf(digest)}`
}

/** Where a download of these bytes that broke off lies, relative to the root. */
export function partialName(digest: Digest): string {
  return `partial/${digest.replace(':', '-')}`
}
