// Layers: what they change, their tars and their indexes, and how they stack. Nothing here touches a disk.
export { compareViews, sameMeta } from './compare.ts'
export {
  type Compression,
  decompress,
  detectCompression,
  headSize,
} from './compress.ts'
export { type BlockCompression, compressBlocks, usualLevel } from './compress-blocks.ts'
export { contentDigest, type DigestOptions, emptyDigest, wildcardDigest } from './content-digest.ts'
export type { EarlierLayer } from './earlier.ts'
export * from './entry.ts'
export * from './erofs/index.ts'
export { decodeIndex, encodeIndex } from './index-file.ts'
export { createIndexer, type IndexedTar, type Indexer } from './indexer.ts'
export * from './inside/index.ts'
export type { LayerIndex } from './layer-index.ts'
export { type ContentReader, type PackPort, packLayer } from './pack.ts'
export { type RebaseConflict, rebaseConflicts } from './rebase.ts'
export { resolvePath } from './resolve.ts'
export { createStack, impliedMeta, mergeStack, type Stack } from './stack.ts'
export * from './strata/index.ts'
export { isTarHead, tarBlock } from './tar/detect.ts'
export type { FileView, Found } from './view.ts'
export { printWhiteout } from './whiteout.ts'
