// A cache is read: its manifest, then the document that lists the steps. Where that is an image, its configuration may hold the document.
import { cacheTypes, documentLimit, parseCache, parseInline, recipesLimit } from '../../cache/index.ts'
import {
  asFault,
  type Context,
  type Descriptor,
  type DiffId,
  Fault,
  mediaTypes,
  type Platform,
  sha256,
} from '../../core/index.ts'
import {
  findPlatformManifest,
  type ImageManifest,
  inlineCacheField,
  isIndex,
  parseConfig,
} from '../../image/index.ts'
import type { Shelf } from '../../transfer/index.ts'
import type { OpenCache } from './caches.ts'

/** A cache that a build is to use. */
export interface CacheSource {
  /** As the user wrote it. */
  readonly name: string
  readonly shelf: Shelf
}

/** Reads all that can be read; of the others a warning is told, and the build goes on without them. */
export async function openCaches(
  sources: readonly CacheSource[],
  platforms: readonly Platform[],
  ctx: Context,
): Promise<readonly OpenCache[]> {
  const opened = await Promise.all(sources.map((source) => tryCache(source, platforms, ctx)))
  return opened.flatMap((found, i) => {
    if (!(found instanceof Fault)) return found
    const message = `the cache ${sources[i]!.name} is not used: ${found.message}`
    ctx.emit({ type: 'warning', code: 'cache.unused', message })
    return []
  })
}

async function tryCache(
  source: CacheSource,
  platforms: readonly Platform[],
  ctx: Context,
): Promise<readonly OpenCache[] | Fault> {
  const task = `import ${source.name}`
  ctx.emit({ type: 'began', task, name: `importing cache from ${source.name}`, at: Date.now() })
  try {
    const found = await openCache(source, platforms, ctx)
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    return found
  } catch (thrown) {
    const fault = asFault(thrown)
    const outcome = ctx.signal.aborted ? 'cancelled' : 'failed'
    ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message: fault.message })
    if (ctx.signal.aborted || fault.kind === 'internal') throw fault
    return fault
  }
}

async function openCache(
  source: CacheSource,
  platforms: readonly Platform[],
  ctx: Context,
): Promise<readonly OpenCache[]> {
  const { document } = await source.shelf.manifest(undefined, ctx)
  if (!isIndex(document)) return [await openManifest(source, document, ctx)]
  const wanted = platforms.flatMap((platform) => findPlatformManifest(document, platform)?.digest ?? [])
  if (wanted.length === 0)
    throw new Fault('cache.invalid', 'it is an index without an image for the platform')
  const found: OpenCache[] = []
  for (const digest of new Set(wanted)) {
    const { document: own } = await source.shelf.manifest(digest, ctx)
    if (isIndex(own)) throw new Fault('cache.invalid', 'it is an index of indexes')
    found.push(await openManifest(source, own, ctx))
  }
  return found
}

async function openManifest(
  { name, shelf }: CacheSource,
  manifest: ImageManifest,
  ctx: Context,
): Promise<OpenCache> {
  const { config, layers } = manifest
  if (config.mediaType === cacheTypes.config) {
    const document = parseCache(await readWhole(shelf, config, documentLimit, ctx))
    const recipes = layers.find(({ mediaType }) => mediaType === cacheTypes.recipes)
    const ids = document.layers.map(({ diffId }) => diffId)
    const blobs = layers.filter((layer) => layer !== recipes)
    return {
      name,
      steps: document.steps,
      blobs: pairBlobs(ids, blobs, shelf),
      recipes: once(async (inner) =>
        recipes === undefined ? new Uint8Array(0) : readRecipes({ name, shelf }, recipes, inner),
      ),
    }
  }
  const isImage = config.mediaType === mediaTypes.ociConfig || config.mediaType === mediaTypes.dockerConfig
  if (!isImage) throw new Fault('cache.invalid', `it holds ${config.mediaType}, which is no cache of Peel's`)
  return openInline({ name, shelf }, manifest, ctx)
}

async function openInline(
  { name, shelf }: CacheSource,
  { config, layers }: ImageManifest,
  ctx: Context,
): Promise<OpenCache> {
  const image = parseConfig(await readWhole(shelf, config, documentLimit, ctx))
  const value: unknown = image[inlineCacheField]
  if (typeof value !== 'string') throw new Fault('cache.invalid', 'it is an image without an inline cache')
  const { document, recipes } = parseInline(value)
  const blobs = pairBlobs(image.rootfs.diff_ids, layers, shelf)
  return { name, steps: document.steps, blobs, recipes: async () => recipes }
}

/** The first layers have blobs. Faults with `cache.invalid` where there are more blobs than layers. */
function pairBlobs(
  ids: readonly DiffId[],
  descriptors: readonly Descriptor[],
  from: Shelf,
): OpenCache['blobs'] {
  if (ids.length < descriptors.length)
    throw new Fault('cache.invalid', `it lists ${ids.length} layers and has ${descriptors.length} blobs`)
  return new Map(descriptors.map((descriptor, row) => [ids[row]!, { descriptor, from }]))
}

/** Without recipes a miss is told with less; nothing else is lost. */
async function readRecipes({ name, shelf }: CacheSource, recipes: Descriptor, ctx: Context) {
  try {
    return await readWhole(shelf, recipes, recipesLimit, ctx)
  } catch (thrown) {
    const fault = asFault(thrown)
    if (ctx.signal.aborted || fault.kind === 'internal') throw fault
    const message = `the cache ${name} cannot say why steps miss: ${fault.message}`
    ctx.emit({ type: 'warning', code: 'cache.unused', message })
    return new Uint8Array(0)
  }
}

async function readWhole(
  shelf: Shelf,
  descriptor: Descriptor,
  limit: number,
  ctx: Context,
): Promise<Uint8Array> {
  const { digest, size } = descriptor
  if (size > limit)
    throw new Fault('cache.invalid', `its part ${digest} has ${size} bytes; at most ${limit} are read`)
  const chunks: Uint8Array[] = []
  for await (const chunk of shelf.read(descriptor, 0, ctx)) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (sha256(bytes) !== digest) throw new Fault('blob.corrupt', `its part ${digest} has another digest`)
  return bytes
}

function once(read: OpenCache['recipes']): OpenCache['recipes'] {
  let reading: Promise<Uint8Array> | undefined
  return (ctx) => {
    reading ??= read(ctx)
    return reading
  }
}
