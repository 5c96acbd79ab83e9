// Images on their way between registries, the store and archives.

export { type CopyOptions, copyImage } from './copy.ts'
export { type PulledImage, type PullOptions, pullImage } from './pull.ts'
export { type PushedImage, type PushOptions, pushImage } from './push.ts'
export { type PushedName, pushName } from './push-name.ts'
export { layoutShelf, repositoryShelf, type Shelf } from './shelf.ts'
