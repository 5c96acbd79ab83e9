// Images on their way between registries, the store and archives.
export { type PulledImage, type PullOptions, pullImage } from './pull.ts'
