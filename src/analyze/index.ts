// The room that judges: what is odd about a Dockerfile, said before anything is built. It reads no files and asks no network itself.
export { type CheckOptions, type CheckReport, type CheckWarning, checkDockerfile } from './checks/check.ts'
export type { FindBase } from './checks/facts.ts'
