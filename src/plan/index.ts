export {
  type BuildArguments,
  entersEnvironment,
  globalArguments,
  isPredefined,
  platformArguments,
} from './arguments.ts'
export { historyComment } from './created-by.ts'
export { checkFrom, expandFrom, findStage } from './from.ts'
export { type BuildOutline, outlineOf } from './outline.ts'
export { findTarget, type PlanOptions, planBuild } from './plan.ts'
export type { BaseImage, FindContext, FindImage, NamedContext } from './resolver.ts'
export { isSecretName } from './secret-name.ts'
export { defaultPath } from './state.ts'
export * from './step.ts'
