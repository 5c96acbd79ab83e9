// The files of an archive of images, by name, and the ways to write them: as a tar whose bytes depend on nothing else, or as a layout
// directory.
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { type Context, type Descriptor, type Digest, Fault, mediaTypes } from '../../core/index.ts'
import type { SaveFormat, Store } from '../types.ts'
import { copyFileInto, type Sink, withSink } from './sink.ts'
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts'

export type Body = { readonly bytes: Uint8Array } | { readonly file: string; readonly size: number }

/** Writes all files. Faults with `store.unwritable`. */
export async function writeBodies(
  bodies: ReadonlyMap<string, Body>,
  { format, output }: { readonly format: SaveFormat; readonly output: string | Writable },
  ctx: Context,
): Promise<void> {
  if (format !== 'oci-dir') return await withSink(output, (sink) => writeTar(sink, bodies, ctx))
  if (typeof output !== 'string')
    throw new Fault('usage.invalid', 'an OCI layout is a directory; name one with --output')
  writeDirectory(output, bodies, ctx)
}

/** What makes a layout of these entries. */
export function layout(manifests: readonly Descriptor[]): Map<string, Body> {
  return new Map<string, Body>([
    ['oci-layout', { bytes: json({ imageLayoutVersion: '1.0.0' }) }],
    ['index.json', { bytes: json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }) }],
  ])
}

/** A blob of the store. */
export function stored(store: Store, digest: Digest): Body {
  return { file: store.blobs.path(digest), size: store.blobs.size(digest) }
}

export function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function sorted(bodies: ReadonlyMap<string, Body>): readonly (readonly [string, Body])[] {
  return [...bodies].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Directories come before what is in them, each once. */
async function writeTar(sink: Sink, bodies: ReadonlyMap<string, Body>, ctx: Context): Promise<void> {
  for (const name of ['blobs/', 'blobs/sha256/']) sink.write(tarHeader(name, 0))
  for (const [name, body] of sorted(bodies)) {
    const size = 'bytes' in body ? body.bytes.length : body.size
    sink.write(tarHeader(name, size))
    if ('bytes' in body) sink.write(body.bytes)
    else await copyFileInto(sink, body.file, ctx)
    sink.write(tarPadding(size))
    await sink.ready()
  }
  sink.write(tarEnd)
  await sink.ready()
}

function writeDirectory(directory: string, bodies: ReadonlyMap<string, Body>, ctx: Context): void {
  if (
    existsSync(directory) &&
    readdirSync(directory).length > 0 &&
    !existsSync(path.join(directory, 'oci-layout'))
  )
    throw new Fault(
      'store.unwritable',
      `${directory} holds other things; an OCI layout needs a directory of its own`,
    )
  mkdirSync(path.join(directory, 'blobs/sha256'), { recursive: true })
  for (const [name, body] of sorted(bodies)) {
    ctx.signal.throwIfAborted()
    const to = path.join(directory, name)
    if ('bytes' in body) writeFileSync(to, body.bytes)
    else if (statSync(to, { throwIfNoEntry: false })?.size !== body.size)
      copyFileSync(body.file, to, constants.COPYFILE_FICLONE)
  }
}
