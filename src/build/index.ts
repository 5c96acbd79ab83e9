export { type BuildRequest, type Built, build, type Workshop } from './build.ts'
export { type GivenDirectory, openDirectories } from './directories.ts'
export {
  type FoundDockerfile,
  findDockerfile,
  findDockerfileIn,
  textDockerfile,
} from './dockerfile-source.ts'
export type { BuildObserver, ExecutedStep, UsedBase } from './execute.ts'
export { findFailedStep } from './failed-step.ts'
export type { IgnoreFile } from './ignore-file.ts'
export { type OpenedContext, openMainContext } from './sources/context.ts'
export { download } from './sources/download.ts'
export { isRemote, openNamedContexts } from './sources/named.ts'
export type { FetchTools, Machine, ReadSecret } from './tools.ts'
