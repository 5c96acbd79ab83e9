export { type BuildRequest, type Built, build, type Workshop } from './build.ts'
export { type FoundDockerfile, findDockerfile, textDockerfile } from './dockerfile-source.ts'
export type { ExecutedStep } from './execute.ts'
export type { Machine, ReadSecret } from './tools.ts'
