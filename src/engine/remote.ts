// Images looked at and put together where they are: in registries.
import {
  type Context,
  type Descriptor,
  type Digest,
  Fault,
  familiarName,
  isFault,
  mediaTypes,
  parseFetchReference,
  parsePlatform,
  printReference,
  type Reference,
} from '../core/index.ts'
import { historyRows, isIndex, printCanonical } from '../image/index.ts'
import type { RemoteManifest as Found, RemoteImage } from '../registry/index.ts'
import { copyImage, repositoryShelf } from '../transfer/index.ts'
import type { HistoryRow, Referrer, RemoteManifest } from './api/index.ts'
import { detailsOf } from './look.ts'
import type { Rooms } from './workshop.ts'

interface Wanted {
  readonly platform?: string | undefined
}

async function openImage(
  rooms: Rooms,
  name: string,
  { platform }: Wanted,
  ctx: Context,
): Promise<RemoteImage> {
  const registry = await rooms.registry()
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  return registry.image(parseFetchReference(name), { platform: wanted }, ctx)
}

export async function remoteManifest(rooms: Rooms, name: string, ctx: Context): Promise<RemoteManifest> {
  const { descriptor, bytes } = await (await rooms.registry()).manifest(parseFetchReference(name), ctx)
  const { mediaType, digest, size } = descriptor
  return { mediaType, digest, size, text: Buffer.from(bytes).toString('utf8') }
}

export async function remoteHistory(
  rooms: Rooms,
  name: string,
  wanted: Wanted,
  ctx: Context,
): Promise<readonly HistoryRow[]> {
  const { config, manifest } = await openImage(rooms, name, wanted, ctx)
  const rows = historyRows(
    config,
    manifest.layers.map(({ size }) => size),
  )
  return rows.map((row, i) => ({
    ...row,
    id: i === 0 ? manifest.config.digest : undefined,
    place: undefined,
  }))
}

export async function remoteInspect(
  rooms: Rooms,
  name: string,
  wanted: Wanted,
  ctx: Context,
): Promise<Readonly<Record<string, unknown>>> {
  const { config, manifest, descriptor, index } = await openImage(rooms, name, wanted, ctx)
  const reference = parseFetchReference(name)
  const repository = familiarName(reference)
  return detailsOf({
    config,
    configDigest: manifest.config.digest,
    tags: reference.tag === undefined ? [] : [`${repository}:${reference.tag}`],
    digests: [`${repository}@${(index?.descriptor ?? descriptor).digest}`],
    size: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    descriptor,
  })
}

export async function deleteRemote(rooms: Rooms, name: string, ctx: Context): Promise<boolean> {
  const registry = await rooms.registry()
  const reference = parseFetchReference(name)
  try {
    return await registry.delete(reference, ctx)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'registry.refused') throw thrown
    const found = reference.digest === undefined ? await registry.find(reference, ctx) : undefined
    if (reference.digest === undefined && found === undefined) return false
    throw new Fault('registry.refused', thrown.message, {
      ...thrown.details,
      hint:
        found === undefined
          ? 'This registry does not allow deleting.'
          : `This registry deletes no tags, only manifests with all their tags: peel delete ${familiarName(reference)}@${found.digest}`,
    })
  }
}

export async function referrers(
  rooms: Rooms,
  name: string,
  options: { readonly artifactType?: string | undefined },
  ctx: Context,
): Promise<readonly Referrer[]> {
  const found = await (await rooms.registry()).referrers(parseFetchReference(name), options, ctx)
  return found.map(({ digest, artifactType, mediaType, size, annotations = {} }) => ({
    digest,
    artifactType,
    mediaType,
    size,
    annotations,
  }))
}

/** Images that are in other repositories are copied to the index's own first. */
export async function createIndex(
  rooms: Rooms,
  name: string,
  sources: readonly string[],
  ctx: Context,
): Promise<Digest> {
  const registry = await rooms.registry()
  const target = parseFetchReference(name)
  if (target.digest !== undefined)
    throw new Fault(
      'usage.invalid',
      `"${name}" names a digest, which an index that is not made yet cannot have`,
    )
  const children: Descriptor[] = []
  for (const source of sources) {
    const reference = parseFetchReference(source)
    const found = await registry.manifest(reference, ctx)
    const exact = { domain: reference.domain, path: reference.path, digest: found.descriptor.digest }
    await bringHere(
      rooms,
      exact,
      { domain: target.domain, path: target.path, digest: found.descriptor.digest },
      ctx,
    )
    children.push(...(await entriesOf(rooms, reference, found, ctx)))
  }
  const unique = [...new Map(children.map((child) => [child.digest, child])).values()]
  const bytes = printCanonical({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: unique })
  return registry.putManifest(target, { bytes, mediaType: mediaTypes.ociIndex }, ctx)
}

async function bringHere(rooms: Rooms, from: Reference, to: Reference, ctx: Context): Promise<void> {
  if (printReference(from) === printReference(to)) return
  const registry = await rooms.registry()
  await copyImage(repositoryShelf(registry, from), repositoryShelf(registry, to), {}, ctx)
}

/** An index gives its own entries; an image one with the platform that its config states. */
async function entriesOf(
  rooms: Rooms,
  reference: Reference,
  { document, descriptor }: Found,
  ctx: Context,
): Promise<readonly Descriptor[]> {
  if (isIndex(document)) return document.manifests
  const registry = await rooms.registry()
  const { config } = await registry.image(
    { ...reference, tag: undefined, digest: descriptor.digest },
    {},
    ctx,
  )
  const { os, architecture, variant } = config
  return [{ ...descriptor, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }]
}
