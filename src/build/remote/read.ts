// A cache is read: its manifest, then the document that lists the steps. Where that is an image, its configuration may hold the document.
import {
  cacheTypes,
  type DocumentStep,
  documentLimit,
  parseCache,
  parseInline,
  recipesLimit,
} from '../../cache/index.ts'
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
  const opened = await Promise.all(
    sources.map(async (source) => {
      const task = `import ${source.name}`
      const end = (outcome: 'done' | 'failed', message?: string): void =>
        ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message })
      ctx.emit({ type: 'began', task, name: `importing cache from ${source.name}`, at: Date.now() })
      try {
        const found = await openCache(source, platforms, ctx)
        end('done')
        return found
      } catch (thrown) {
        const fault = asFault(thrown)
        end('failed', fault.message)
        if (ctx.signal.aborted || fault.kind === 'internal') throw fault
        const message = `the cache ${source.name} is not used: ${fault.message}`
        ctx.emit({ type: 'warning', code: 'cache.unused', message })
        return []
      }
    }),
  )
  return opened.flat()
}

async function openCache(
  source: CacheSource,
  platforms: readonly Platform[],
  ctx: Context,
): Promise<readonly OpenCache[]> {
  const { document } = await source.shelf.manifest(undefined, ctx)
  if (!isIndex(document)) return [await openManifest(source, document, ctx)]
  const wanted = platforms.flatMap((platform) => findPlatformManifest(document, platform)?.digest ?? [])
  if (wanted.length === 0) throw none('it is an index without an image for the platform')
  const found: OpenCache[] = []
  for (const digest of new Set(wanted)) {
    const { document: own } = await source.shelf.manifest(digest, ctx)
    if (isIndex(own)) throw none('it is an index of indexes')
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
    const blobs = layers.filter(({ mediaType }) => mediaType !== cacheTypes.recipes)
    const recipes = layers.find(({ mediaType }) => mediaType === cacheTypes.recipes)
    if (blobs.length !== document.layers.length)
      throw new Fault('cache.invalid', 'its manifest and its document differ in the number of layers')
    return {
      name,
      steps: document.steps,
      blobs: new Map(
        document.layers.map(({ diffId }, row) => [diffId, { descriptor: blobs[row]!, from: shelf }]),
      ),
      recipes: once(async (inner) =>
        recipes === undefined ? new Uint8Array(0) : readRecipes({ name, shelf }, recipes, inner),
      ),
    }
  }
  const isImage = config.mediaType === mediaTypes.ociConfig || config.mediaType === mediaTypes.dockerConfig
  if (!isImage) throw none(`it holds ${config.mediaType}, which is no cache of Peel's`)
  return openInline({ name, shelf }, manifest, ctx)
}

async function openInline(
  { name, shelf }: CacheSource,
  { config, layers }: ImageManifest,
  ctx: Context,
): Promise<OpenCache> {
  const image = parseConfig(await readWhole(shelf, config, documentLimit, ctx))
  const value: unknown = image[inlineCacheField]
  if (typeof value !== 'string') throw none('it is an image without an inline cache')
  const { document, recipes } = parseInline(value)
  const blobs = new Map<DiffId, OpenCache['blobs'] extends ReadonlyMap<DiffId, infer Blob> ? Blob : never>()
  for (const [row, id] of image.rootfs.diff_ids.entries()) {
    const descriptor = layers[row]
    if (descriptor !== undefined) blobs.set(id, { descriptor, from: shelf })
  }
  const steps: readonly DocumentStep[] = document.steps
  return { name, steps, blobs, recipes: async () => recipes }
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

function none(why: string): Fault {
  return new Fault('cache.invalid', why)
}
