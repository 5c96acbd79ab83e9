// Manifests and indexes, OCI's and docker's. The parsed value stands beside the raw bytes and never replaces them: a digest is
// always that of the bytes.
import { Fault, mediaTypes } from '../core/index.ts'
import { problemOf } from './check.ts'
import { parseJson } from './document.ts'
import { layerType } from './layer-type.ts'
import type { ImageIndex, ImageManifest } from './types.ts'

/**
 * Reads a manifest or an index (`isIndex` tells which). `mediaType` is what the descriptor or the registry said; it must agree with
 * the document. Faults with `manifest.invalid` and the first thing that is wrong; both shapes in one document are refused.
 */
export function parseManifest(bytes: Uint8Array, mediaType?: string): ImageManifest | ImageIndex {
  const value = parseObject(bytes)
  if ('manifests' in value && ('layers' in value || 'config' in value))
    throw invalid('it has both "manifests" and "layers", so it could mean two things')
  if (value.schemaVersion === 1) throw invalid('schema version 1 (docker before 1.10) is not supported')
  const stated = typeof value.mediaType === 'string' && value.mediaType !== '' ? value.mediaType : undefined
  const kind = 'manifests' in value ? 'index' : 'manifest'
  for (const type of [stated, mediaType])
    if (type !== undefined && kindOf(type) !== undefined && kindOf(type) !== kind)
      throw invalid(`its media type is ${type} but it has the fields of an image ${kind}`)
  const problem = problemOf(kind, value)
  if (problem !== undefined)
    throw new Fault('manifest.invalid', `the image ${kind} cannot be used: ${problem}`)
  return value as unknown as ImageManifest | ImageIndex
}

/** Whether a parsed document lists manifests. */
export function isIndex(value: ImageManifest | ImageIndex): value is ImageIndex {
  return 'manifests' in value
}

/** The media type that tells a chart, a signature or the like from a container image; `undefined` for images. */
export function foreignType({ artifactType, config, layers }: ImageManifest): string | undefined {
  if (!configTypes.has(config.mediaType)) return artifactType ?? config.mediaType
  return layers.find(({ mediaType }) => layerType(mediaType) === undefined && !/\btar\b/.test(mediaType))
    ?.mediaType
}

/** Docker 1.10 pushed configs without a type of their own. */
const configTypes = new Set<string>([
  mediaTypes.ociConfig,
  mediaTypes.dockerConfig,
  'application/octet-stream',
])

/** Whether a media type is that of an image or of a list of images. */
export function isImageType(mediaType: string): boolean {
  return kindOf(mediaType) !== undefined
}

function kindOf(mediaType: string): 'manifest' | 'index' | undefined {
  if (mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest) return 'manifest'
  if (mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerManifestList) return 'index'
  return undefined
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (cause) {
    throw new Fault('manifest.invalid', 'the image manifest is not JSON, or nested without end', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('it is not an object')
  return value as Record<string, unknown>
}

function invalid(what: string): Fault {
  return new Fault('manifest.invalid', `the image manifest cannot be used: ${what}`)
}
