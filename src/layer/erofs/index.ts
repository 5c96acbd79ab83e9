// EROFS metadata images that point into plain layer tars: a layer becomes a file system without its files being made.

export { type ErofsHead, headLength, parseErofsHead } from './super.ts'
export { type Child, type Inode, plantTree } from './tree.ts'
export { type ErofsInput, emptyErofs, writeErofs } from './write.ts'
