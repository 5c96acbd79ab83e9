// Images on their way between registries, the store and archives.

export { type CopyOptions, copyImage } from './copy.ts'
export { formOf, ociForm, type WantedForm } from './form.ts'
export { type PulledImage, type PullOptions, pullImage } from './pull.ts'
export { type PushedImage, type PushOptions, pushImage } from './push.ts'
export { type PushedName, pushName } from './push-name.ts'
export { storeOrigin } from './send.ts'
export { type BlobOrigin, layoutShelf, repositoryShelf, type Shelf } from './shelf.ts'
export { allOrNone, beginLayer, counted } from './tasks.ts'
