// The steps of a build as other machines find them (docs/formats/cache.md): a JSON document that says what was made under which key, and
// one run of bytes with all recipes, which only a miss has to read. What is read here comes from outside and is taken for nothing but
// claims: layers are checked when they come, recipes only explain.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { asDiffId, type DiffId, type Digest, Fault } from '../core/index.ts'

export const cacheTypes = {
  config: 'application/vnd.peel.cache.config.v1+json',
  recipes: 'application/vnd.peel.cache.recipes.v1',
} as const

/** Bytes of the longest document, and of the recipes beside it, that are read. */
export const documentLimit = 16 << 20
export const recipesLimit = 64 << 20
/** Recipes in an image configuration have at most so many bytes together; the others are left out. */
const inlineRecipesLimit = 256 << 10

/** A layer that steps gave. `size`: bytes of the plain tar; `contentSize`: bytes of file content. */
export interface DocumentLayer {
  readonly diffId: DiffId
  readonly size: number
  readonly contentSize: number
}

export interface DocumentStep {
  readonly key: Digest
  /** A second key, which says where files are taken from instead of what they are; only of steps that take some from other layers. */
  readonly origin?: Digest | undefined
  /** The key without files and layers below. */
  readonly op: Digest
  /** The stage, the step's number in it, and the stage's platform: what a miss is compared with. */
  readonly stage: string
  readonly number: number
  readonly platform: string
  readonly layer: DocumentLayer
  /** Milliseconds since the epoch. */
  readonly created: number
  /** Where the recipe is in the recipes' bytes; absent where it was not kept. */
  readonly recipe?: { readonly from: number; readonly length: number } | undefined
}

export interface CacheDocument {
  readonly steps: readonly DocumentStep[]
  /** Each layer once: first those whose blobs the manifest has, in its order, then those that are known by name alone. */
  readonly layers: readonly DocumentLayer[]
}

/** A step with its recipe. */
export type StepToPrint = Omit<DocumentStep, 'recipe'> & { readonly recipeBytes: Uint8Array }

export interface PrintedCache {
  readonly document: Uint8Array
  readonly recipes: Uint8Array
  /** The layers whose blobs go along, in the order of the manifest. */
  readonly stored: readonly DiffId[]
}

/** The same steps always give the same bytes, in whichever order they come. `stored`: the layers that go along as blobs. */
export function printCache(steps: readonly StepToPrint[], stored: ReadonlySet<DiffId>): PrintedCache {
  return printWithin(steps, stored, recipesLimit)
}

/** The same as one text, for the configuration of the image that has the layers. */
export function printInline(steps: readonly StepToPrint[]): string {
  const { document, recipes } = printWithin(steps, new Set(), inlineRecipesLimit)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(document.length)
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 19 } }
  return zstdCompressSync(Buffer.concat([length, document, recipes]), options).toString('base64')
}

/** Faults with `cache.invalid`. */
export function parseInline(value: string): {
  readonly document: CacheDocument
  readonly recipes: Uint8Array
} {
  let bytes: Buffer
  try {
    bytes = zstdDecompressSync(Buffer.from(value, 'base64'), { maxOutputLength: documentLimit })
  } catch (cause) {
    throw invalid('it cannot be decompressed', cause)
  }
  const end = bytes.length < 4 ? 0 : 4 + bytes.readUInt32LE(0)
  if (end === 0 || end > bytes.length) throw invalid('it is cut short')
  return { document: parseCache(bytes.subarray(4, end)), recipes: bytes.subarray(end) }
}

function printWithin(
  steps: readonly StepToPrint[],
  stored: ReadonlySet<DiffId>,
  limit: number,
): PrintedCache {
  const unique = new Map(steps.map((step) => [step.key, step]))
  const sorted = [...unique.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  const all = [...new Map(sorted.map(({ layer }) => [layer.diffId, layer])).values()]
  const blobs = all.filter(({ diffId }) => stored.has(diffId))
  const layers = [...blobs, ...all.filter(({ diffId }) => !stored.has(diffId))]
  const rows = new Map(layers.map(({ diffId }, row) => [diffId, row]))
  const pieces: Uint8Array[] = []
  let at = 0
  const printed = sorted.map(({ recipeBytes, layer, ...step }) => {
    const { length } = recipeBytes
    const kept = length > 0 && at + length <= limit
    const recipe = kept ? [at, length] : undefined
    if (kept) pieces.push(recipeBytes)
    if (kept) at += length
    const { key, origin, op, stage, number, platform, created } = step
    return { key, origin, op, stage, number, platform, layer: rows.get(layer.diffId), created, recipe }
  })
  const document = Buffer.from(JSON.stringify({ version: 1, layers, steps: printed }))
  return { document, recipes: Buffer.concat(pieces), stored: blobs.map(({ diffId }) => diffId) }
}

/** Faults with `cache.invalid` for what is not such a document, or one of a later version. */
export function parseCache(bytes: Uint8Array): CacheDocument {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
  const { version, layers, steps } = objectOf(value)
  if (version !== 1) throw invalid(`it has version ${JSON.stringify(version)}; this Peel reads version 1`)
  const found = listOf(layers).map(parseLayer)
  return { layers: found, steps: listOf(steps).map((step) => parseStep(step, found)) }
}

function parseLayer(value: unknown): DocumentLayer {
  const { diffId, size, contentSize } = objectOf(value)
  return { diffId: asDiffId(digestOf(diffId)), size: countOf(size), contentSize: countOf(contentSize) }
}

function parseStep(value: unknown, layers: readonly DocumentLayer[]): DocumentStep {
  const { key, origin, op, stage, number, platform, layer, created, recipe } = objectOf(value)
  const found = layers[countOf(layer)]
  if (found === undefined) throw invalid('a step has a layer that is not listed')
  if (typeof stage !== 'string' || typeof platform !== 'string') throw invalid('a step has no place')
  const [from, length] = recipe === undefined ? [] : listOf(recipe)
  return {
    key: digestOf(key),
    origin: origin === undefined ? undefined : digestOf(origin),
    op: digestOf(op),
    stage,
    number: countOf(number),
    platform,
    layer: found,
    created: countOf(created),
    recipe: recipe === undefined ? undefined : { from: countOf(from), length: countOf(length) },
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it lacks an object')
  return value as Record<string, unknown>
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid('it lacks a list')
  return value
}

function digestOf(value: unknown): Digest {
  if (typeof value !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(value))
    throw invalid('it has a digest that is none')
  return value as Digest
}

/** `Date` takes no more than 8.64e15 milliseconds. */
function countOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > 8.64e15)
    throw invalid('it has a number that is none')
  return value as number
}

function invalid(why: string, cause?: unknown): Fault {
  return new Fault('cache.invalid', `the cache cannot be read: ${why}`, { cause })
}
