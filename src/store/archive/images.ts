// What images an archive holds, read from its documents: docker's manifest.json or OCI's index.json. What becomes of a layer is up to
// the pieces: loading stores it, a survey only looks at it.
import { createHash } from 'node:crypto'
import {
  asFault,
  type Descriptor,
  Fault,
  hexOf,
  hostPlatform,
  mediaTypes,
  parseReference,
  printFamiliar,
  sha256,
  withDefaultTag,
} from '../../core/index.ts'
import {
  foreignType,
  type ImageManifest,
  isImageType,
  isIndex,
  parseConfig,
  parseManifest,
  selectPlatform,
} from '../../image/index.ts'
import { refNameKey } from '../refs.ts'
import type { Pieces } from './pieces.ts'

export const imageNameKey = 'io.containerd.image.name'

export interface FoundImage<Layer> {
  readonly config: Uint8Array
  /** Absent in docker's archives without one. */
  readonly manifest?: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined
  /** Bottom first. */
  readonly layers: readonly Layer[]
  /** The index that names this image, where all its images are here: what the names point to. */
  readonly index?: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined
  /** Familiar references. */
  readonly names: readonly string[]
}

/** All images of an archive. Faults with `archive.invalid`, also where it holds none. */
export async function readImages<Layer>(pieces: Pieces<Layer>): Promise<readonly FoundImage<Layer>[]> {
  const found = pieces.has('manifest.json')
    ? await readDocker(pieces)
    : pieces.has('index.json')
      ? await readLayout(pieces)
      : undefined
  if (found === undefined)
    throw new Fault(
      'archive.invalid',
      'this is no archive of images: it has neither manifest.json nor index.json',
      { hint: 'For the tar of a root file system use peel import.' },
    )
  if (found.length === 0) throw new Fault('archive.invalid', 'the archive holds no images')
  return found
}

interface DockerEntry {
  readonly Config: string
  readonly RepoTags?: readonly string[] | null
  readonly Layers?: readonly string[] | null
}

/** So many indexes may stand in each other; one in one is all that builders write. */
const mostNested = 4

async function readDocker<Layer>(pieces: Pieces<Layer>): Promise<FoundImage<Layer>[]> {
  const entries: unknown = parseJson(pieces, 'manifest.json')
  if (!Array.isArray(entries) || !entries.every(isDockerEntry))
    throw new Fault('archive.invalid', "the archive's manifest.json is not a list of images")
  const found: FoundImage<Layer>[] = []
  for (const { Config, RepoTags, Layers } of entries) {
    const config = pieces.bytes(clean(Config))
    if (config === undefined)
      throw new Fault('archive.invalid', `the archive lacks the image config ${Config}`)
    const ids = parseConfig(config).rootfs.diff_ids
    const names = Layers ?? []
    if (names.length !== ids.length)
      throw new Fault(
        'archive.invalid',
        `the archive lists ${names.length} layers, the image config ${ids.length}`,
      )
    const layers: Layer[] = []
    for (const [i, diffId] of ids.entries())
      layers.push(await pieces.layer(clean(names[i]!), { diffId, name: `layer ${i + 1} of ${ids.length}` }))
    found.push({ config, layers, names: (RepoTags ?? []).map(familiar) })
  }
  return found
}

function isDockerEntry(entry: unknown): entry is DockerEntry {
  const isText = (value: unknown): boolean => typeof value === 'string'
  const isList = (value: unknown): boolean => value == null || (Array.isArray(value) && value.every(isText))
  if (typeof entry !== 'object' || entry === null) return false
  const { Config, RepoTags, Layers } = entry as { readonly [Name in keyof DockerEntry]?: unknown }
  return isText(Config) && isList(RepoTags) && isList(Layers)
}

/** What is no image in a layout (charts, signatures) is passed over, unless there is nothing else. */
async function readLayout<Layer>(pieces: Pieces<Layer>): Promise<FoundImage<Layer>[]> {
  const found = new Map<string, FoundImage<Layer>>()
  for (const entry of layoutEntries(pieces))
    for (const image of await readEntry(pieces, entry)) {
      const key = sha256(image.manifest!.bytes)
      const names = [...(found.get(key)?.names ?? []), ...namesOf(entry)]
      found.set(key, { ...image, names })
    }
  return [...found.values()]
}

/** The entries of a layout's index.json that are images. */
export function layoutEntries(pieces: Pick<Pieces<unknown>, 'bytes'>): readonly Descriptor[] {
  const bytes = pieces.bytes('index.json')
  const index = bytes === undefined ? undefined : parseManifest(bytes)
  if (index === undefined || !isIndex(index))
    throw new Fault('archive.invalid', "the archive's index.json is not an image index")
  return index.manifests.filter((entry) => isImageType(entry.mediaType) && !isAttestation(entry))
}

/** A manifest gives one image, or none if it is something else's; an index gives those of its images that the archive has. They have no names yet. */
export async function readEntry<Layer>(
  pieces: Pieces<Layer>,
  entry: Descriptor,
  depth = 0,
): Promise<readonly FoundImage<Layer>[]> {
  if (depth > mostNested)
    throw new Fault('archive.invalid', `the archive has more than ${mostNested} indexes in each other`)
  const bytes = readDocument(pieces, entry, 'manifest')
  const parsed = parseManifest(bytes, entry.mediaType)
  if (!isIndex(parsed)) {
    const { mediaType } = entry
    if (foreignType(parsed) !== undefined) return []
    return [await readManifest(pieces, { bytes, manifest: parsed, mediaType })]
  }
  const images = parsed.manifests.filter((one) => isImageType(one.mediaType) && !isAttestation(one))
  const present = images.filter((one) => pieces.has(nameOf(one)))
  if (present.length === 0)
    throw new Fault('archive.invalid', `the archive has none of the images of the index ${entry.digest}`)
  const found: FoundImage<Layer>[] = []
  for (const one of present) found.push(...(await readEntry(pieces, one, depth + 1)))
  if (present.length === 1 || found.length === 0) return found
  if (present.length < images.length) return [ofThisMachine(found, { ...parsed, manifests: present })]
  const index = { bytes, mediaType: parsed.mediaType ?? mediaTypes.ociIndex }
  return found.map((image) => ({ ...image, index }))
}

function ofThisMachine<Layer>(
  found: readonly FoundImage<Layer>[],
  index: Parameters<typeof selectPlatform>[0],
): FoundImage<Layer> {
  const { digest } = selectPlatform(index, hostPlatform())
  return found.find(({ manifest }) => sha256(manifest!.bytes) === digest) ?? found[0]!
}

async function readManifest<Layer>(
  pieces: Pieces<Layer>,
  from: { readonly bytes: Uint8Array; readonly manifest: ImageManifest; readonly mediaType: string },
): Promise<FoundImage<Layer>> {
  const { bytes, manifest, mediaType } = from
  const config = readDocument(pieces, manifest.config, 'image config')
  const ids = parseConfig(config).rootfs.diff_ids
  if (ids.length !== manifest.layers.length)
    throw new Fault(
      'archive.invalid',
      `the manifest has ${manifest.layers.length} layers, its config ${ids.length}`,
    )
  const layers: Layer[] = []
  for (const [i, { digest, size }] of manifest.layers.entries()) {
    const expected = { digest, size, diffId: ids[i], name: `layer ${i + 1} of ${ids.length}` }
    layers.push(await pieces.layer(nameOf(manifest.layers[i]!), expected))
  }
  return { config, manifest: { bytes, mediaType }, layers, names: [] }
}

/** A document of the archive, verified. */
export function readDocument(
  pieces: Pick<Pieces<unknown>, 'bytes'>,
  descriptor: Descriptor,
  what: string,
): Uint8Array {
  const bytes = pieces.bytes(nameOf(descriptor))
  if (bytes === undefined)
    throw new Fault('archive.invalid', `the archive lacks the ${what} ${descriptor.digest}`)
  const [algorithm] = descriptor.digest.split(':', 1)
  if (createHash(algorithm!).update(bytes).digest('hex') !== hexOf(descriptor.digest))
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

function parseJson(pieces: Pick<Pieces<unknown>, 'bytes'>, name: string): unknown {
  const bytes = pieces.bytes(name)
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))
  } catch (thrown) {
    throw new Fault('archive.invalid', `the archive's ${name} is not JSON`, { cause: asFault(thrown) })
  }
}
