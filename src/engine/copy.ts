// `peel copy`: between registries, OCI layouts, archives and the store, by what people write for them.
import { existsSync, statSync } from 'node:fs'
import {
  type Context,
  type Digest,
  Fault,
  hostPlatform,
  type Platform,
  parseFetchReference,
  parsePlatform,
  type Reference,
} from '../core/index.ts'
import { isRefName } from '../image/index.ts'
import { type Lease, loadFromLayout, type SaveFormat, saveArchive, storeArchive } from '../store/index.ts'
import { copyImage, layoutShelf, pullImage, pushName, repositoryShelf } from '../transfer/index.ts'
import type { CopyOptions } from './api/index.ts'
import { findImage, parseTag } from './names.ts'
import type { Rooms } from './workshop.ts'

type Place =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | { readonly kind: 'layout'; readonly directory: string; readonly name: string | undefined }
  | {
      readonly kind: 'archive'
      readonly format: SaveFormat
      readonly file: string
      readonly name: string | undefined
    }
  | { readonly kind: 'store'; readonly name: string }

/**
 * `registry://NAME` (also `docker://`, as skopeo has it), `oci://DIR[:TAG]`, `oci-archive://FILE[:NAME]`, `docker-archive://FILE[:NAME]`,
 * `store://NAME`; skopeo's spelling with one colon is read too. Without a prefix: a path if it begins like one, else a registry's.
 */
export function parsePlace(text: string): Place {
  const [, prefix = '', rest = ''] =
    /^(registry|docker|store|oci|oci-archive|docker-archive):(?:\/\/)?(.+)$/.exec(text) ?? []
  switch (prefix) {
    case 'store':
      return { kind: 'store', name: rest }
    case 'oci':
      return layoutPlace(rest)
    case 'oci-archive':
    case 'docker-archive': {
      const { path: file, name } = splitPath(rest)
      return { kind: 'archive', format: prefix, file, name }
    }
    case 'registry':
    case 'docker':
      return { kind: 'registry', reference: parseFetchReference(rest) }
    default:
      return /^[./~]/.test(text)
        ? pathPlace(text)
        : { kind: 'registry', reference: parseFetchReference(text) }
  }
}

function layoutPlace(text: string): Place {
  const { path: directory, name } = splitPath(text)
  return { kind: 'layout', directory, name }
}

function pathPlace(text: string): Place {
  const { path: file, name } = splitPath(text)
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? file.endsWith('.tar')
  return isFile ? { kind: 'archive', format: 'oci-archive', file, name } : layoutPlace(text)
}

/** A name stands behind the first colon; a path that is there is a path, colons and all. */
function splitPath(text: string): { readonly path: string; readonly name: string | undefined } {
  const colon = text.indexOf(':')
  if (colon < 1 || existsSync(text)) return { path: text, name: undefined }
  return { path: text.slice(0, colon), name: text.slice(colon + 1) || undefined }
}

/** Returns the digest of what is at the target now. */
export async function copy(
  rooms: Rooms,
  { source, target }: { readonly source: string; readonly target: string },
  options: CopyOptions,
  ctx: Context,
): Promise<Digest> {
  const [from, to] = [parsePlace(source), parsePlace(target)]
  if (to.kind === 'layout' && to.name !== undefined && !isRefName(to.name))
    throw new Fault('reference.invalid', `"${to.name}" cannot be the name of an image in a layout`, {
      hint: 'write letters and digits, with one of - . _ : @ + / between them',
    })
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  const [here, there] = [await shelfOf(rooms, from), await shelfOf(rooms, to)]
  if (here !== undefined && there !== undefined)
    return (await copyImage(here, there, { platform }, ctx)).digest
  // Archives and the store go through the store: it verifies and indexes, and unpacks nothing.
  using lease = rooms.store.lease()
  const digest = await intoStore({ rooms, lease }, from, platform, ctx)
  return fromStore(rooms, { digest, to, source }, ctx)
}

async function shelfOf(rooms: Rooms, place: Place) {
  if (place.kind === 'layout') return layoutShelf(place.directory, place.name)
  return place.kind === 'registry' ? repositoryShelf(await rooms.registry(), place.reference) : undefined
}

async function intoStore(
  { rooms, lease }: { readonly rooms: Rooms; readonly lease: Lease },
  from: Place,
  platform: Platform | undefined,
  ctx: Context,
): Promise<Digest> {
  const { store } = rooms
  switch (from.kind) {
    case 'store':
      return findImage(store, from.name, platform).digest
    case 'registry': {
      const { domain, path } = from.reference
      const registry = await rooms.registry()
      const { descriptor } = await registry.image(from.reference, { platform }, ctx)
      const exact = { domain, path, digest: descriptor.digest }
      return (await pullImage({ store, registry }, exact, { platform, lease }, ctx)).image.digest
    }
    case 'layout': {
      const wanted = { tag: from.name, platform: platform ?? hostPlatform() }
      return (await loadFromLayout(store, from.directory, wanted, ctx)).digest
    }
    case 'archive': {
      const loaded = await storeArchive(store, lease, from.file, ctx)
      const { name: wanted } = from
      const isWanted = (name: string): boolean => name === wanted || name.endsWith(`:${wanted}`)
      const found =
        wanted === undefined && loaded.length === 1
          ? loaded[0]
          : loaded.find(({ names }) => names.some(isWanted))
      if (found !== undefined) return found.image.digest
      throw new Fault('image.missing', 'it is not clear which image of the archive is meant', {
        hint: `It has ${loaded.flatMap(({ names }) => names).join(', ') || 'images without names'}; write one behind the path and a colon.`,
      })
    }
  }
}

async function fromStore(
  rooms: Rooms,
  { digest, to, source }: { readonly digest: Digest; readonly to: Place; readonly source: string },
  ctx: Context,
): Promise<Digest> {
  const { store } = rooms
  const image = store.images.get(digest)
  switch (to.kind) {
    case 'store':
      store.refs.set(parseTag(to.name), image.descriptor)
      return digest
    case 'registry': {
      const pushed = { named: image.descriptor, references: [to.reference] }
      return (await pushName({ store, registry: await rooms.registry() }, pushed, {}, ctx)).descriptor.digest
    }
    case 'layout':
    case 'archive': {
      const name = to.name ?? nameOf(source)
      const names = name === undefined ? [] : [parseTag(name)]
      const format = to.kind === 'layout' ? 'oci-dir' : to.format
      await saveArchive(
        store,
        [{ image, names }],
        { format, output: to.kind === 'layout' ? to.directory : to.file },
        ctx,
      )
      return digest
    }
  }
}

/** The name that an archive gives its image where none is said: that of the source, if it has one. */
function nameOf(source: string): string | undefined {
  const place = parsePlace(source)
  if (place.kind === 'store') return place.name
  return place.kind === 'registry' && place.reference.digest === undefined
    ? `${place.reference.domain}/${place.reference.path}:${place.reference.tag}`
    : undefined
}
