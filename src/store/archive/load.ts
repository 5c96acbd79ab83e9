// Images from archives: docker's (manifest.json, old and new layout), OCI's (index.json), as a file, a stream or a directory, plain
// or compressed as a whole. Names are set in one transaction when everything is there; until then a lease holds the pieces.
import { statSync } from 'node:fs'
import {
  asFault,
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  hexOf,
  hostPlatform,
  mediaTypes,
  type Platform,
  parseReference,
  printFamiliar,
  sha256,
  withDefaultTag,
} from '../../core/index.ts'
import { type ImageManifest, isIndex, parseConfig, parseManifest, selectPlatform } from '../../image/index.ts'
import { decompress, detectCompression, headSize } from '../../layer/index.ts'
import { refNameKey } from '../refs.ts'
import { readFileStream, withHead } from '../stream.ts'
import type { Image, Ref, SavedImage, Store } from '../types.ts'
import { openDirectoryPieces, type Pieces, readPieces, type Target } from './pieces.ts'

export const imageNameKey = 'io.containerd.image.name'

/** Loads all images of an archive. `source`: a path (of a file or a layout directory) or a stream. Faults with `archive.invalid`. */
export async function loadArchive(
  store: Store,
  source: string | AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<readonly SavedImage[]> {
  using lease = store.lease()
  const pieces = await openSource({ store, lease }, source, ctx)
  const found = pieces.has('manifest.json')
    ? await loadDocker(store, pieces)
    : pieces.has('index.json')
      ? await loadLayout(store, pieces)
      : undefined
  if (found === undefined)
    throw new Fault(
      'archive.invalid',
      'this is no archive of images: it has neither manifest.json nor index.json',
      {
        hint: 'For the tar of a root file system use peel import.',
      },
    )
  if (found.length === 0) throw new Fault('archive.invalid', 'the archive holds no images')
  store.refs.setAll(found.flatMap(({ refs }) => refs))
  return found.map(({ image, refs }) => ({ image, names: refs.map((ref) => ref.name) }))
}

/**
 * Loads one image of a layout directory without naming it: the one with the tag (`latest` where none is given and there are several) or the
 * digest, for the platform. Faults with `archive.invalid`, `image.missing` and `image.platform`.
 */
export async function loadFromLayout(
  store: Store,
  directory: string,
  wanted: {
    readonly tag?: string | undefined
    readonly digest?: Digest | undefined
    readonly platform: Platform
  },
  ctx: Context,
): Promise<Image> {
  using lease = store.lease()
  const pieces = openDirectoryPieces({ store, lease }, directory, ctx)
  const bytes = pieces.bytes('index.json')
  const index = bytes === undefined ? undefined : parseManifest(bytes)
  if (index === undefined || !isIndex(index))
    throw new Fault('archive.invalid', `${directory} is no OCI layout: it has no index.json`)
  const tagOf = ({ annotations }: Descriptor) => /[^:]*$/.exec(annotations?.[refNameKey] ?? '')?.[0]
  const { tag = index.manifests.length > 1 ? 'latest' : undefined, digest } = wanted
  const entry = index.manifests.find((one) =>
    digest === undefined ? tag === undefined || tagOf(one) === tag : one.digest === digest,
  )
  if (entry === undefined)
    throw new Fault('image.missing', `the layout ${directory} has no image ${digest ?? tag}`, {
      hint: `it has ${index.manifests.map((one) => tagOf(one) || one.digest).join(', ') || 'none at all'}`,
    })
  const loaded = await loadEntry(store, pieces, entry)
  const parsed = parseManifest(document(pieces, entry, 'manifest'), entry.mediaType)
  if (!isIndex(parsed)) return loaded[0]!.image
  const chosen = selectPlatform(parsed, wanted.platform).digest
  const found = loaded.find(({ image }) => image.digest === chosen)
  if (found !== undefined) return found.image
  throw new Fault('archive.invalid', `the layout ${directory} lacks the image ${chosen}`)
}

interface Found {
  readonly image: Image
  readonly refs: readonly Ref[]
}

async function openSource(
  into: Target,
  source: string | AsyncIterable<Uint8Array>,
  ctx: Context,
): Promise<Pieces> {
  if (typeof source === 'string') {
    const stat = statSync(source, { throwIfNoEntry: false })
    if (stat === undefined) throw new Fault('archive.invalid', `there is no file ${source}`)
    if (stat.isDirectory()) return openDirectoryPieces(into, source, ctx)
  }
  return readPieces(
    into,
    await plainStream(typeof source === 'string' ? readFileStream(source) : source),
    ctx,
  )
}

/** The stream without the compression it may have as a whole. */
export async function plainStream(stream: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { head, whole } = await withHead(stream, headSize)
  const kind = detectCompression(head)
  return kind === 'plain' ? whole : decompress(kind, whole)
}

interface DockerEntry {
  readonly Config: string
  readonly RepoTags?: readonly string[] | null
  readonly Layers?: readonly string[] | null
}

async function loadDocker(store: Store, pieces: Pieces): Promise<Found[]> {
  const entries = parseJson<DockerEntry[]>(pieces, 'manifest.json')
  if (!Array.isArray(entries)) throw new Fault('archive.invalid', "the archive's manifest.json is not a list")
  const found: Found[] = []
  for (const { Config, RepoTags, Layers } of entries) {
    const bytes = typeof Config === 'string' ? pieces.bytes(clean(Config)) : undefined
    if (bytes === undefined)
      throw new Fault('archive.invalid', `the archive lacks the image config ${Config}`)
    const config = parseConfig(bytes)
    const ids = config.rootfs.diff_ids
    const names = Layers ?? []
    if (names.length !== ids.length)
      throw new Fault(
        'archive.invalid',
        `the archive lists ${names.length} layers, the image config ${ids.length}`,
      )
    for (const [i, id] of ids.entries())
      await pieces.layer(clean(names[i]!), { diffId: id, name: `layer ${i + 1} of ${ids.length}` })
    const image = store.images.add({ config: bytes })
    found.push({
      image,
      refs: (RepoTags ?? []).map((tag) => ({ name: familiar(tag), descriptor: image.descriptor })),
    })
  }
  return found
}

async function loadLayout(store: Store, pieces: Pieces): Promise<Found[]> {
  const bytes = pieces.bytes('index.json')
  const index = bytes === undefined ? undefined : parseManifest(bytes)
  if (index === undefined || !isIndex(index))
    throw new Fault('archive.invalid', "the archive's index.json is not an image index")
  const found = new Map<string, Found>()
  for (const entry of index.manifests) {
    if (isAttestation(entry)) continue
    for (const { image, descriptor } of await loadEntry(store, pieces, entry)) {
      const refs = namesOf(entry).map((name) => ({ name, descriptor }))
      const before = found.get(image.digest)
      found.set(image.digest, { image, refs: [...(before?.refs ?? []), ...refs] })
    }
  }
  return [...found.values()]
}

/** A manifest gives one image; an index gives those of its images that the archive has. `descriptor` is what a name points to. */
async function loadEntry(
  store: Store,
  pieces: Pieces,
  entry: Descriptor,
): Promise<readonly { readonly image: Image; readonly descriptor: Descriptor }[]> {
  const bytes = document(pieces, entry, 'manifest')
  const parsed = parseManifest(bytes, entry.mediaType)
  if (!isIndex(parsed)) {
    const image = await loadManifest(store, pieces, { bytes, manifest: parsed, mediaType: entry.mediaType })
    return [{ image, descriptor: image.descriptor }]
  }
  const images = parsed.manifests.filter((one) => !isAttestation(one))
  const present = images.filter((one) => pieces.has(nameOf(one)))
  if (present.length === 0)
    throw new Fault('archive.invalid', `the archive has none of the images of the index ${entry.digest}`)
  const loaded = []
  for (const one of present) loaded.push(...(await loadEntry(store, pieces, one)))
  if (present.length < images.length || present.length === 1) {
    const own =
      present.length === 1 ? loaded : [await ofThisMachine(loaded, { ...parsed, manifests: present })]
    return own
  }
  const descriptor = store.blobs.put(bytes, parsed.mediaType ?? mediaTypes.ociIndex)
  return loaded.map(({ image }) => ({ image, descriptor }))
}

function ofThisMachine<Loaded extends { readonly image: Image }>(
  loaded: readonly Loaded[],
  index: Parameters<typeof selectPlatform>[0],
): Loaded {
  const { digest } = selectPlatform(index, hostPlatform())
  return loaded.find(({ image }) => image.digest === digest) ?? loaded[0]!
}

async function loadManifest(
  store: Store,
  pieces: Pieces,
  from: { readonly bytes: Uint8Array; readonly manifest: ImageManifest; readonly mediaType: string },
): Promise<Image> {
  const { bytes, manifest, mediaType } = from
  const config = document(pieces, manifest.config, 'image config')
  const ids = parseConfig(config).rootfs.diff_ids
  if (ids.length !== manifest.layers.length)
    throw new Fault(
      'archive.invalid',
      `the manifest has ${manifest.layers.length} layers, its config ${ids.length}`,
    )
  for (const [i, { digest, size }] of manifest.layers.entries())
    await pieces.layer(nameOf(manifest.layers[i]!), {
      digest,
      size,
      diffId: ids[i],
      name: `layer ${i + 1} of ${ids.length}`,
    })
  return store.images.add({ config, manifest: { bytes, mediaType } })
}

function document(pieces: Pieces, descriptor: Descriptor, what: string): Uint8Array {
  const bytes = pieces.bytes(nameOf(descriptor))
  if (bytes === undefined)
    throw new Fault('archive.invalid', `the archive lacks the ${what} ${descriptor.digest}`)
  if (descriptor.digest.startsWith('sha256:') && sha256(bytes) !== descriptor.digest)
    throw new Fault('archive.invalid', `the archive's ${what} ${descriptor.digest} is damaged`)
  return bytes
}

function nameOf({ digest }: Descriptor): string {
  return `blobs/${digest.slice(0, digest.indexOf(':'))}/${hexOf(digest)}`
}

function isAttestation({ annotations, platform }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] !== undefined || platform?.os === 'unknown'
}

/** containerd's full name, else the reference name if it is more than a tag. */
function namesOf({ annotations }: Descriptor): readonly string[] {
  const full = annotations?.[imageNameKey]
  if (full !== undefined) return [familiar(full)]
  const name = annotations?.[refNameKey]
  return name !== undefined && /[:/]/.test(name) ? [familiar(name)] : []
}

function familiar(text: string): string {
  return printFamiliar(withDefaultTag(parseReference(text)))
}

function clean(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..'))
    throw new Fault('archive.invalid', `the archive's manifest.json names ${name}, which leads out of it`)
  return parts.join('/')
}

function parseJson<Shape>(pieces: Pieces, name: string): Shape {
  const bytes = pieces.bytes(name)
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Shape
  } catch (thrown) {
    throw new Fault('archive.invalid', `the archive's ${name} is not JSON`, { cause: asFault(thrown) })
  }
}
