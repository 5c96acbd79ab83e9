export { type BuildRequest, type Built, build, type Workshop } from './build.ts'
export { type FoundDockerfile, findDockerfile, textDockerfile } from './dockerfile-source.ts'
export type { ExecutedStep } from './execute.ts'
export type { ReadSecret } from './tools.ts'
