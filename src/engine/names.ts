// What people call images: references with or without a tag or digest, ids and their beginnings.
import {
  type Descriptor,
  type Digest,
  Fault,
  isFault,
  mediaTypes,
  type Platform,
  parseDigest,
  parseReference,
  printFamiliar,
  printName,
  type Reference,
  withDefaultTag,
} from '../core/index.ts'
import type { Image, Store } from '../store/index.ts'

/** The reference with its tag, in the form the store keeps; `undefined` for what is no reference. */
export function storeName(name: string): string | undefined {
  const reference = tryReference(name)
  return reference === undefined || reference.digest !== undefined
    ? undefined
    : printFamiliar(withDefaultTag(reference))
}

/** What the store calls it when it has it: a name with a tag, or one with a digest alone. */
export function refName(name: string): string | undefined {
  const reference = tryReference(name)
  if (reference === undefined) return undefined
  return printFamiliar(
    reference.digest === undefined ? withDefaultTag(reference) : { ...reference, tag: undefined },
  )
}

/** Finds an image by reference, then by id; faults with `image.missing`. */
export function findImage(store: Store, name: string, platform?: Platform): Image {
  const digest = findDigest(store, name)
  const image = digest === undefined ? undefined : store.images.find(digest, platform)
  if (image !== undefined) return image
  throw new Fault('image.missing', `No such image: ${name}`, {
    hint: 'peel images lists those that are here; peel pull, load, import and build bring others',
  })
}

/** The digest of the index that a name stands for; `undefined` where it stands for one image or for nothing. */
export function findIndex(store: Store, name: string): Digest | undefined {
  const digest = findDigest(store, name)
  return digest !== undefined && store.images.index(digest) !== undefined ? digest : undefined
}

/** What a further name for the same would point to; faults with `image.missing`. */
export function findDescriptor(store: Store, name: string): Descriptor {
  const index = findIndex(store, name)
  const bytes = index === undefined ? undefined : store.images.index(index)
  if (index === undefined || bytes === undefined) return findImage(store, name).descriptor
  return { mediaType: mediaTypes.ociIndex, digest: index, size: bytes.length }
}

function findDigest(store: Store, name: string): Digest | undefined {
  const tagged = storeName(name)
  const descriptor = tagged === undefined ? undefined : store.refs.find(tagged)
  if (descriptor !== undefined) return descriptor.digest
  const reference = tryReference(name)
  if (reference?.digest !== undefined)
    return store.places.findPublished(printName(reference), reference.digest) ?? reference.digest
  const prefix = name.replace(/^sha256:/, '')
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) return undefined
  if (prefix.length === 64) return parseDigest(`sha256:${prefix}`)
  const matches = store.images.match(prefix)
  if (matches.length > 1)
    throw new Fault('image.missing', `${matches.length} images have ids that begin with ${prefix}`, {
      hint: 'give more digits',
    })
  return matches[0]
}

function tryReference(name: string): Reference | undefined {
  try {
    return parseReference(name)
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}

/** The name that `-t NAME` gives; faults with `reference.invalid`. */
export function parseTag(name: string): string {
  const reference = parseReference(name)
  if (reference.digest !== undefined)
    throw new Fault('reference.invalid', `"${name}" names a digest; a tag is wanted`, {
      hint: 'write NAME[:TAG]',
    })
  return printFamiliar(withDefaultTag(reference))
}

export interface SplitName {
  readonly repository: string
  /** `undefined` in a name with a digest. */
  readonly tag: string | undefined
}

/** A name of the store taken apart for a table. */
export function splitName(name: string): SplitName {
  const at = name.indexOf('@')
  if (at >= 0) return { repository: name.slice(0, at), tag: undefined }
  const colon = name.lastIndexOf(':')
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
}

/** `step:ID` or `step:ID-before`: the file system of a failed step, which no registry has; `undefined` for any other name. */
export function parseStepName(name: string): { readonly id: string; readonly before: boolean } | undefined {
  const [, id, before] = /^step:([0-9a-f]{12})(-before)?$/.exec(name) ?? []
  return id === undefined ? undefined : { id, before: before !== undefined }
}
