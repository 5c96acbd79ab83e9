// Layers as the store's users see them.
import type { Context, Descriptor, DiffId, Digest } from '../core/index.ts'
import type { ContentReader, Entry, FileEntry, LayerIndex, Stack } from '../layer/index.ts'

/** `size`: bytes of the plain tar. `contentSize`: bytes of file content, what docker counts. */
export interface Layer {
  readonly diffId: DiffId
  readonly size: number
  readonly contentSize: number
}

export interface Layers {
  has(id: DiffId): boolean
  /** Faults with `blob.missing`. */
  get(id: DiffId): Layer
  index(id: DiffId): LayerIndex
  tarPath(id: DiffId): string
  /** Bytes of any file entry: host files, memory, stored layers. A chunk is valid only until the next is asked for. */
  readonly read: ContentReader
  /** The merged file system of these layers, bottom first. */
  stack(ids: readonly DiffId[]): Stack
  /** Packs sorted entries into a new layer; an identical one that exists is kept instead. */
  pack(entries: Iterable<Entry>, ctx: Context): Promise<Layer>
  /** The same, for steps of builds. */
  repack(entries: Iterable<Entry>, options: RepackOptions, ctx: Context): Promise<Layer>
  /** Stores a layer that comes as plain, gzip or zstd bytes; `digest` and `size` are of the bytes as they come. */
  ingest(stream: AsyncIterable<Uint8Array>, expected: ExpectedLayer, ctx: Context): Promise<IngestedLayer>
  /** Stores a layer that is downloaded, going on where an earlier download of it broke off, in this process or another. */
  receive(source: LayerSource, ctx: Context): Promise<IngestedLayer>
  /** The compressed form that a layer came in, if it is here. */
  original(id: DiffId): Descriptor | undefined
  /** A compressed form of a layer: the one that is here, or a new one, remembered. */
  compress(id: DiffId, how: Compressing, ctx: Context): Promise<Descriptor>
  /** The layer that a compressed (or plain) blob holds, if both are here. */
  ofBlob(digest: Digest): DiffId | undefined
}

export interface RepackOptions {
  /** A layer that was packed here and holds much of it already: that is copied. */
  readonly earlier?: DiffId | undefined
  readonly watch?: PackWatch | undefined
}

/** Sees a layer while it is packed. */
export interface PackWatch {
  /** The beginning of each file that is read anew; of a small one all of it. */
  readonly head?: (file: FileEntry, bytes: Uint8Array) => void
  /** The tar, in chunks that are valid only until this returns. */
  readonly push: (chunk: Uint8Array) => void
  /** The whole tar is in the file `tar`; what this throws keeps the layer out of the store. */
  readonly end: (index: LayerIndex, tar: string) => Promise<void>
}

export interface ExpectedLayer {
  readonly digest?: Digest | undefined
  readonly size?: number | undefined
  readonly diffId?: DiffId | undefined
  /** As the manifest names it; default: made from the compression found. */
  readonly mediaType?: string | undefined
  /** Keep the compressed bytes too (default true). */
  readonly keepCompressed?: boolean
  /** For messages: `layer 3 of 5`. */
  readonly name?: string | undefined
}

export interface LayerSource {
  /** Of the bytes as they come. */
  readonly descriptor: Descriptor
  readonly diffId?: DiffId | undefined
  /** For messages. */
  readonly name?: string | undefined
  /** The bytes from `from` on; called once, and again from 0 where what was here already turns out to be wrong. */
  open(from: number): AsyncIterable<Uint8Array>
}

/** Without a level the form that the layer came in will do if it is of this kind; else it gets the usual level. */
export interface Compressing {
  readonly kind: 'gzip' | 'zstd'
  readonly level?: number | undefined
  /** Bytes of the plain tar gone through so far. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

export interface IngestedLayer extends Layer {
  /** The bytes as they came: plain or compressed. */
  readonly descriptor: Descriptor
}
