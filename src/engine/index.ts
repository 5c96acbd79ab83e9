export type * from './api/index.ts'
export { openEngine } from './engine.ts'
export { study } from './study/library.ts'
