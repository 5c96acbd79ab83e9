// Where images, layers and the build cache are kept.
export { exportDirectory, exportTar } from './archive/export.ts'
export type { FlatTree } from './archive/flat.ts'
export type { FoundImage } from './archive/images.ts'
export { importTar } from './archive/import.ts'
export { loadArchive, loadFromLayout, storeArchive } from './archive/load.ts'
export { loadMounts, type PackedMount, saveMounts } from './archive/mounts.ts'
export { saveArchive } from './archive/save.ts'
export {
  type ArchiveSource,
  type SurveyedLayer,
  surveyArchive,
  surveyLayer,
} from './archive/survey.ts'
export { type OpenTar, openContent } from './content.ts'
export { sizeOf } from './disk.ts'
export { openStore } from './store.ts'
export { withHead } from './stream.ts'
export type * from './types.ts'
