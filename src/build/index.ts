export { type BuildRequest, type Built, build, type Workshop } from './build.ts'
export { readDevices } from './devices.ts'
export { type GivenDirectory, openDirectories } from './directories.ts'
export {
  dockerfileLimit,
  type FoundDockerfile,
  findDockerfile,
  findDockerfileIn,
  textDockerfile,
  tooLarge,
} from './dockerfile-source.ts'
export type { BuildObserver, RecordedBase, RecordedStep } from './execute.ts'
export { findFailedStep } from './failed-step.ts'
export type { IgnoreFile } from './ignore-file.ts'
export type { CacheTarget } from './remote/artifact.ts'
export { type Caches, joinCaches } from './remote/caches.ts'
export { type CacheSource, openCaches } from './remote/read.ts'
export { writeCaches } from './remote/write.ts'
export { type OpenedContext, openMainContext } from './sources/context.ts'
export { download } from './sources/download.ts'
export { isRemote, openNamedContexts } from './sources/named.ts'
export { openSupply, type Supply } from './supply.ts'
export type { FetchTools, Machine, ReadSecret } from './tools.ts'
