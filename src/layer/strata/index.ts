export { createStrata } from './build.ts'
export * from './cells.ts'
export { cellOf } from './links.ts'
export * from './strata.ts'
