// Images put together in a test registry, layer by layer, with the bytes that a test says.
import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { mediaTypes } from '../core/index.ts'
import { type RawEntry, rawTar } from './raw-tar.ts'
import type { TestRegistry } from './registry.ts'

export interface PutImage {
  readonly repository: string
  readonly tag: string
  /** Each layer's entries. */
  readonly layers: readonly (readonly RawEntry[])[]
  readonly compression?: 'gzip' | 'zstd' | 'plain'
  readonly architecture?: string
}

export interface ImageThere {
  /** Of the manifest. */
  readonly digest: string
  readonly size: number
  readonly manifest: { readonly config: object; readonly layers: readonly { digest: string; size: number }[] }
  readonly blobs: readonly Buffer[]
}

/** Puts an image of OCI types; returns what it is made of. */
export function putImage(registry: TestRegistry, image: PutImage): ImageThere {
  const { repository, tag, compression = 'gzip', architecture = 'amd64' } = image
  const tars = image.layers.map((entries) => Buffer.from(rawTar(entries)))
  const pack = { gzip: gzipSync, zstd: zstdCompressSync, plain: (bytes: Buffer) => bytes }[compression]
  const blobs = tars.map((tar) => pack(tar))
  const hash = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      config: { Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: tars.map(hash) },
      history: tars.map((_, i) => ({ created_by: `layer ${i}` })),
    }),
  )
  const type = { gzip: mediaTypes.ociLayerGzip, zstd: mediaTypes.ociLayerZstd, plain: mediaTypes.ociLayer }[
    compression
  ]
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: registry.addBlob(config), size: config.length },
    layers: blobs.map((blob) => ({ mediaType: type, digest: registry.addBlob(blob), size: blob.length })),
  }
  const digest = registry.addManifest(repository, tag, manifest, mediaTypes.ociManifest)
  return { digest, size: JSON.stringify(manifest).length, manifest, blobs }
}

/** Bytes that compress badly, the same at each call with the same seed. */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed * 2654435761 + 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}
