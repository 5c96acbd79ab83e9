// One command in one root, through a real OCI runtime.
export type { RunIo, RunResult } from './container.ts'
export { runDevices } from './devices.ts'
export { findObstacle } from './foreign.ts'
export { type Limit, parseLimit } from './limits.ts'
export { type MountPoint, mountPoints } from './mount-points.ts'
export { openRuntime, type Runtime, type RuntimeFacts, type RuntimeOptions } from './runtime.ts'
export {
  defaultHostname,
  defaultPath,
  type RunMount,
  type RunSpec,
  type User,
} from './spec.ts'
export { findOwner, findUser, type Owner } from './user.ts'
