// Images on their way between registries, the store and archives.
export { type PulledImage, type PullOptions, pullImage } from './pull.ts'
export { type PushedImage, type PushOptions, pushImage } from './push.ts'
export { type PushedName, pushName } from './push-name.ts'
