// The room that judges: what is odd about a Dockerfile before anything is built, and what the layers of an image hold and waste. It reads
// no files and asks no network itself.
export { type CheckOptions, type CheckReport, type CheckWarning, checkDockerfile } from './checks/check.ts'
export type { FindBase } from './checks/facts.ts'
export { type StudyFindings, studyStrata } from './study/study.ts'
export type * from './study/types.ts'
export { createLayerTree, type LayerTree } from './tree/tree.ts'
export type * from './tree/types.ts'
