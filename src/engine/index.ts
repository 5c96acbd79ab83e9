export type * from './api/index.ts'
export { openEngine } from './engine.ts'
