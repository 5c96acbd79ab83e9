// Content addresses. Three hashes that mean different things get three types, so the compiler keeps them apart.
import { createHash } from 'node:crypto'
import { Fault } from './fault.ts'

declare const brand: unique symbol
type Brand<Name extends string> = string & { readonly [brand]: Name }

/** The address of bytes as they are stored or sent: `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md). */
export type Digest = Brand<'Digest'>
/** The digest of a layer's plain (uncompressed) tar (OCI image-spec, config.md, `rootfs.diff_ids`). */
export type DiffId = Brand<'DiffId'>
/** The digest of a file system: all diff ids up to here, folded (OCI image-spec, config.md, "Layer ChainID"). */
export type ChainId = Brand<'ChainId'>

const hexLength: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const grammar = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

/** Reads a digest; faults with `digest.invalid` on bad grammar, an unknown algorithm or a wrong length. */
export function parseDigest(text: string): Digest {
  if (!grammar.test(text))
    throw new Fault('digest.invalid', `"${text}" is not a digest such as sha256:<64 hex digits>`)
  const [algorithm = '', encoded = ''] = text.split(':', 2)
  const length = hexLength[algorithm]
  if (length === undefined)
    throw new Fault('digest.invalid', `"${text}": digest algorithm ${algorithm} is not supported`)
  if (encoded.length !== length || !/^[0-9a-f]+$/.test(encoded))
    throw new Fault('digest.invalid', `"${text}": a ${algorithm} digest has ${length} lower-case hex digits`)
  return text as Digest
}

/** The digest of some bytes or UTF-8 text. */
export function sha256(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
}

/** Names finished hash state as a digest; `hex` is the 64 digits a sha256 hash yields. */
export function digestOfHex(hex: string): Digest {
  return `sha256:${hex}` as Digest
}

/** The hex part, as used in file names. */
export function hexOf(digest: Digest | DiffId | ChainId): string {
  return digest.slice(digest.indexOf(':') + 1)
}

/** Says that these bytes are known to be a layer's plain tar. */
export function asDiffId(digest: Digest): DiffId {
  return digest as string as DiffId
}

/** A plain layer tar is stored under its diff id, so the id is also the digest of a blob. */
export function blobOf(diffId: DiffId): Digest {
  return diffId as string as Digest
}

/** Folds diff ids, bottom first, into the id of the file system they make; no layers yield `undefined`. */
export function chainId(diffIds: readonly DiffId[]): ChainId | undefined {
  let chain: string | undefined
  for (const id of diffIds) chain = chain === undefined ? id : sha256(`${chain} ${id}`)
  return chain as ChainId | undefined
}
